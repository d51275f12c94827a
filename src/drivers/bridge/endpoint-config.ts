/** Endpoints of a bridge have the options that those of every driver have. */
export { disablesIPv6, type EndpointConfig, endpointConfig } from '../../cnm/endpoint-options.js';
