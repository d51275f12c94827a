/** Signs that take two columns of a terminal: those of East Asia, in full width, and pictures. */
const wide =
  /^(?![\u{ff61}-\u{ffdc}])(?:[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\p{Script=Yi}\p{Emoji_Presentation}\u{3000}-\u{303e}\u{ff01}-\u{ff60}\u{ffe0}-\u{ffe6}])$/u;

/** Columns that a text takes, as docker reckons them: two for a wide sign, one for any other. */
export function displayWidth(text: string): number {
  return [...text].reduce((sum, sign) => sum + widthOf(sign), 0);
}

/** The first signs of a text that fit into so many columns. */
export function fitting(text: string, columns: number): string {
  let used = 0;
  let kept = '';
  for (const sign of text) {
    used += widthOf(sign);
    if (used > columns) break;
    kept += sign;
  }
  return kept;
}

function widthOf(sign: string): number {
  return wide.test(sign) ? 2 : 1;
}
