import type { Tree } from './tree.js';
import type { NodeMaker } from './unpacker.js';

/**
 * How a layer says that files of the layers below are gone: by overlay's marks, for layers that are laid over one
 * another; or by the files being removed, from a layer that began as a copy of those below.
 */
export type WhiteoutKind = 'marks' | 'applied';

/** What whiteouts do. Both speak of the layers below only; what the layer itself brings stays (OCI image spec). */
export interface Whiteouts {
  /** Nothing of the layers below is at `parts` any more. */
  hide(parts: readonly string[]): void;
  /** Nothing of the layers below is in the folder at `parts` any more. */
  empty(parts: readonly string[]): void;
}

/** Overlay's marks: a character device 0:0, an attribute of a folder. */
export function markedWhiteouts(tree: Tree, nodes: NodeMaker): Whiteouts {
  return {
    hide(parts) {
      const path = tree.place(parts);
      const stat = tree.stat(parts);
      if (stat?.isDirectory()) markOpaque(nodes, path);
      else if (stat === undefined) nodes.makeNode(path, 'char', 0, 0);
    },
    empty: (parts) => markOpaque(nodes, tree.folder(parts)),
  };
}

/** Takes the files away. */
export function appliedWhiteouts(tree: Tree): Whiteouts {
  return {
    hide(parts) {
      tree.folder(parts.slice(0, -1));
      tree.removeInherited(parts);
    },
    empty: (parts) => tree.clearInherited(parts),
  };
}

/** Hides what folders of this path in layers below hold. */
export function markOpaque(nodes: NodeMaker, folder: string): void {
  nodes.setXattr(folder, 'trusted.overlay.opaque', 'y');
}
