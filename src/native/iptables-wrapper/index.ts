export { Iptables, IptablesError, type IptablesOptions } from './apply.js';
export type {
  IptablesChain,
  IptablesGroup,
  IptablesRule,
  IptablesTable,
  SavedTable,
} from './model.js';
export { isOwnedBy, ParseError, parseSave } from './parse.js';
export { renderAdd, renderDelete, renderRemoval } from './render.js';
export { type RunTool, runTool, type ToolCall, type ToolResult } from './tool.js';
export { InvalidRule } from './words.js';
