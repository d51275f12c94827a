/** Docker API: `RestartPolicy`. */
export interface RestartPolicy {
  readonly Name: string;
  readonly MaximumRetryCount: number;
}

/** `--restart`: `no`, `always`, `unless-stopped`, `on-failure[:N]`. The daemon knows which there are. @throws Error in Docker's words */
export function parseRestartPolicy(text: string): RestartPolicy {
  const [, name = '', retries = ''] = /^([^:]*):?(.*)$/.exec(text) ?? [];
  if (name === '' && text !== '') {
    throw new Error('invalid restart policy format: no policy provided before colon');
  }
  if (retries !== '' && !/^[+-]?\d+$/.test(retries)) {
    throw new Error('invalid restart policy format: maximum retry count must be an integer');
  }
  return { Name: name, MaximumRetryCount: Number(retries) };
}
