import { InvalidParameter } from '../../base/errors.js';
import type { Ids } from '../../base/ids.js';

const manners =
  'agile amber ample brave brisk bright calm candid clear clever cosy crisp deft eager early even fair fleet fond frank fresh gentle glad golden grand happy hardy honest humble jolly keen kind lively loyal lucid lucky mellow merry mild neat nimble noble patient placid plucky polite prime proud quick quiet rapid ready regal robust serene sharp silent smooth snug sober solid spry steady stout sunny sure swift tidy tender trim true upbeat vivid warm wise witty zesty'.split(
    ' ',
  );
const pioneers =
  'abramson baran berners bosack braden cerf cheriton clark comer crocker crowcroft davies deering dijkstra engelbart estrin farber feinler floyd galvin garcia hafner heart hinden holz huitema jacobson jennings kahn karels karn kleinrock knuth kompella lamarr lampson leiner lerner li lougheed lovelace luby lynch mankin metcalfe mockapetris nagle partridge perkins perlman postel pouzin rekhter reynolds rijsinghani roberts rosen saltzer schulzrinne shannon shenker socolofsky stallman sunshine taylor thaler tomlinson turing varghese vixie wing zhang zimmermann'.split(
    ' ',
  );

/** A name that nobody has, such as `calm_perlman`. */
export function inventName(ids: Ids, isFree: (name: string) => boolean): string {
  for (let attempt = 0; attempt < 6; attempt++) {
    const pick = (list: readonly string[]) => list[Number.parseInt(ids.hex(4), 16) % list.length];
    const name = `${pick(manners)}_${pick(pioneers)}${attempt > 0 ? attempt : ''}`;
    if (isFree(name)) return name;
  }
  return ids.hex(12);
}

/** Docker's rule for names: two or more of letters, digits, `_`, `.`, `-`, the first a letter or digit. */
export function checkName(text: string): string {
  const name = text.replace(/^\//, '');
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(name)) {
    throw new InvalidParameter(
      `Invalid container name (${text}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`,
    );
  }
  return name;
}
