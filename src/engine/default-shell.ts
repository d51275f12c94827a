/** What reads a command that an image gives as text, inside its containers, unless the image says otherwise. */
export const defaultShell: readonly string[] = ['/bin/sh', '-c'];
