import { Images } from '../../../api/client/images.js';
import { command } from '../../command.js';
import { list, text } from '../../parse/flag.js';
import { parseReference } from '../../parse/reference.js';
import { openUpload } from '../../terminal/upload.js';
import { showProgress } from './pulling.js';

export default command({
  usage: '[OPTIONS] file|URL|- [REPOSITORY[:TAG]]',
  summary: 'Import the contents from a tarball to create a filesystem image',
  arity: { least: 1 },
  flags: {
    change: list('Apply Dockerfile instruction to the created image', { short: 'c' }),
    message: text('Set commit message for imported image', { short: 'm' }),
    platform: text('Set platform if server is multi-platform capable'),
  },
  async run({ api, terminal }, { flags, args: [source = '', repo = ''] }) {
    if (repo !== '') parseReference(repo);
    const remote = /^https?:\/\//.test(source);
    const query = {
      fromSrc: remote ? source : '-',
      repo,
      message: flags.message,
      changes: flags.change,
      platform: flags.platform,
    };
    const upload = remote ? undefined : await openUpload(source, terminal);
    await showProgress(new Images(api).create(query, upload), terminal.stdout);
    return undefined;
  },
});
