export { Iptables, type IptablesOptions } from './apply.js';
export { IptablesError } from './error.js';
export { AlreadyInstalled, IptablesFirewall } from './firewall.js';
export type {
  IptablesBase,
  IptablesChain,
  IptablesGroup,
  IptablesPolicy,
  IptablesRule,
  IptablesTable,
  SavedTable,
} from './model.js';
export { isOwnedBy, ParseError, parseSave } from './parse.js';
export { commandLines, renderAdd, renderDelete, renderRemoval } from './render.js';
export { IptablesSync, type SyncTables } from './sync.js';
export {
  type RunTool,
  type RunToolSync,
  runTool,
  runToolSync,
  type ToolCall,
  type ToolResult,
} from './tool.js';
export type { ToolOptions } from './tool-call.js';
export { InvalidRule } from './words.js';
