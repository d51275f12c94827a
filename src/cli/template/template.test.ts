import { expect } from 'chai';
import { Template } from './template.js';
import { fromJson, GoStruct } from './value.js';

const network = fromJson({ Created: '2026-01-02T03:04:05Z', IPAM: {}, Status: { IPAM: {} } });

it('a network has its age as a time, and nothing beside it has', () =>
  expect(new Template('{{.Created}} {{json .Status}}').render(network)).to.equal(
    '2026-01-02 03:04:05 +0000 UTC {"IPAM":{}}',
  ));

const container = fromJson({
  Id: 'a1b2c3d4e5f6',
  Name: '/web',
  Created: '2026-01-02T03:04:05Z',
  Big: 1_767_323_046_100_000_001n,
  State: { Status: 'running', Running: true, Pid: 4242 },
  ExecIDs: null,
  HostConfig: { CapAdd: null, PidsLimit: null, Memory: 536_870_912 },
  Config: {
    Env: ['PATH=/bin', 'LANG=C'],
    Labels: { tier: 'front', 'com.example.team': 'net' },
    ExposedPorts: { '80/tcp': {}, '443/tcp': {} },
  },
  NetworkSettings: {
    Ports: { '80/tcp': [{ HostIp: '0.0.0.0', HostPort: '8080' }], '443/tcp': null },
    Networks: { b: { IPAddress: '10.0.0.2' }, a: { IPAddress: '10.0.0.1' } },
  },
});

/** What Docker prints for the same templates and objects. */
const rendered: readonly [template: string, text: string][] = [
  ['{{.Id}} {{.ID}}', 'a1b2c3d4e5f6 a1b2c3d4e5f6'],
  ['{{.State}}', '{running true 4242}'],
  ['{{.Config.Labels}}', 'map[com.example.team:net tier:front]'],
  ['{{.Config.Labels.nope}}|{{index .Config.Labels "nope"}}|', '<no value>||'],
  ['{{.Config.ExposedPorts}}', 'map[443/tcp:{} 80/tcp:{}]'],
  ['{{.NetworkSettings.Ports}}', 'map[443/tcp:[] 80/tcp:[{0.0.0.0 8080}]]'],
  [
    '{{json .NetworkSettings.Ports}}',
    '{"443/tcp":null,"80/tcp":[{"HostIp":"0.0.0.0","HostPort":"8080"}]}',
  ],
  ['{{.HostConfig.CapAdd}} {{.HostConfig.PidsLimit}} {{.ExecIDs}}', '[] <nil> []'],
  ['{{.HostConfig.Memory}} {{.Big}}', '536870912 1767323046100000001'],
  [
    '{{range $k, $v := .NetworkSettings.Networks}}{{$k}}={{$v.IPAddress}} {{end}}',
    'a=10.0.0.1 b=10.0.0.2 ',
  ],
  ['{{range .NetworkSettings.Networks}}{{.IPAddress}};{{end}}', '10.0.0.1;10.0.0.2;'],
  ['{{range $i, $e := .Config.Env}}{{if $i}},{{end}}{{$e}}{{else}}none{{end}}', 'PATH=/bin,LANG=C'],
  ['{{range .ExecIDs}}x{{else}}none{{end}}', 'none'],
  ['{{range $e := .Config.Env}}{{$e}}{{break}}{{end}}', 'PATH=/bin'],
  ['{{(index (index .NetworkSettings.Ports "80/tcp") 0).HostPort}}', '8080'],
  [
    '{{.NetworkSettings.Networks.a.IPAddress}} {{.NetworkSettings.Networks.z.IPAddress}}',
    '10.0.0.1 <no value>',
  ],
  ['{{if eq .State.Status "running"}}up{{else}}down{{end}}', 'up'],
  [
    '{{if eq .State.Status "a" "running"}}up{{end}}{{if .ExecIDs}}x{{else if .Name}}y{{else}}z{{end}}',
    'upy',
  ],
  ['{{with .State}}{{.Pid}}{{end}}{{with .ExecIDs}}x{{else}} none{{end}}', '4242 none'],
  ['{{$x := .Name}}{{if true}}{{$x = "set"}}{{end}}{{$x}}', 'set'],
  ['{{$x := .Name}}{{$x | printf "%s-%s" "a"}}', 'a-/web'],
  [
    '{{printf "%s %d %q %v %5.2f|%t|%x|%5d|%-5d|%05d" .Name .State.Pid .Name .State.Running 1.5 true 255 7 7 7}}',
    '/web 4242 "/web" true  1.50|true|ff|    7|7    |00007',
  ],
  [
    '{{printf "%d" .Name}} {{printf "%s"}} {{printf "x" 1}}',
    '%!d(string=/web) %!s(MISSING) x%!(EXTRA int=1)',
  ],
  ['{{println .Name 1}}{{print 1 2 "a" "b" 3}}', '/web 1\n1 2ab3'],
  [
    '{{len .Config.Env}} {{len .Name}} {{slice .Id 0 5}} {{split .Name "/"}} {{join .Config.Env ","}}',
    '2 4 a1b2c [ web] PATH=/bin,LANG=C',
  ],
  [
    '{{upper .Name}} {{lower "ABC"}} {{title "abc def"}} {{truncate .Id 7}} {{pad "x" 2 3}}|',
    '/WEB abc Abc Def a1b2c3d   x   |',
  ],
  [
    '{{and true 0}} {{or "" "x"}} {{not 1}} {{lt 1 2}} {{ge 2 2}} {{ne "a" "b"}}',
    '0 x false true true true',
  ],
  ['{{or .Name .Nope.Foo}}', '/web'],
  ['a {{- " b " -}} c', 'a b c'],
  ['{{/* nothing */}}{{- /* nor here */ -}} x', 'x'],
  ['{{"a\\tb"}} {{`raw\\n`}}', 'a\tb raw\\n'],
  ['{{html "<a>"}} {{urlquery "a b"}}', '&lt;a&gt; a+b'],
  ['{{json .Name}} {{json "<&>"}}', '"/web" "<&>"'],
  ['plain', 'plain'],
  ['{{define "x"}}<{{.}}>{{end}}{{template "x" .Name}}{{template `x` 7}}', '</web><7>'],
  ['{{define "x"}}<{{.}}>{{end}}{{template "x"}}', '<<no value>>'],
  ['{{block "x" .State}}{{.Pid}}{{end}} {{template "x" .State}}', '4242 4242'],
  ['{{template "late" .}}{{define "late"}}{{$.Name}}{{end}}', '/web'],
  ['{{define "x"}} {{end}}{{define "x"}}second{{end}}{{template "x"}}', 'second'],
  ['{{define "x"}}first{{end}}{{define "x"}} {{end}}{{template "x"}}', 'first'],
  [
    '{{define "a"}}{{if .}}{{slice . 0 1}}{{template "a" slice . 1}}{{end}}{{end}}{{template "a" .Name}}',
    '/web',
  ],
];

const failing: readonly [template: string, message: string][] = [
  ['{{.Foo}}', 'template: :1:2: executing "" at <.Foo>: map has no entry for key "Foo"'],
  [
    '{{.State.Foo}}',
    'template: :1:8: executing "" at <.State.Foo>: map has no entry for key "Foo"',
  ],
  [
    '{{.Name.Foo}}',
    `template: :1:7: executing "" at <.Name.Foo>: can't evaluate field Foo in type interface {}`,
  ],
  [
    '{{index .Config.Env 9}}',
    'template: :1:2: executing "" at <index .Config.Env 9>: error calling index: index out of range: 9',
  ],
  ['{{.Foo', 'template: :1: unclosed action'],
  ['{{foo}}', 'template: :1: function "foo" not defined'],
  ['{{end}}', 'template: :1: unexpected {{end}}'],
  ['{{if}}x{{end}}', 'template: :1: missing value for if'],
  ['{{range .Config.Env}}{{.}}', 'template: :1: unexpected EOF'],
  ['{{break}}', 'template: :1: {{break}} outside {{range}}'],
  [
    '{{range .Config.Env}}{{block "x" .}}{{continue}}{{end}}{{end}}',
    'template: :1: {{continue}} outside {{range}}',
  ],
  [
    '{{template "nope" .Name}}',
    'template: :1:11: executing "" at <{{template "nope" .Name}}>: template "nope" not defined',
  ],
  [
    '{{define "x"}}{{.Nope}}{{end}}{{template "x" .}}',
    'template: :1:16: executing "x" at <.Nope>: map has no entry for key "Nope"',
  ],
  ['{{define "a"}}{{template "a"}}{{end}}{{template "a"}}', 'exceeded maximum template depth'],
  ['{{template}}', 'template: :1: unexpected "}}" in template clause'],
  ['{{template x}}', 'template: :1: unexpected "x" in template clause'],
  ['{{define "x" .}}{{end}}', 'template: :1: unexpected <.> in define clause'],
  ['{{define "x"}}', 'template: :1: unexpected EOF'],
  ['{{define "x"}}{{else}}{{end}}', 'template: :1: unexpected {{else}} in define clause'],
  ['{{if true}}{{define "x"}}{{end}}{{end}}', 'template: :1: unexpected <define> in command'],
  ['{{block "x"}}{{end}}', 'template: :1: missing value for block clause'],
  [
    '{{define "x"}}1{{end}}{{define "x"}}2{{end}}',
    'template: :1: template: multiple definition of template "x"',
  ],
  ['{{$nope}}', 'template: :1: undefined variable "$nope"'],
];

describe('Go templates', () => {
  for (const [template, text] of rendered) {
    it(`renders ${template}`, () => {
      expect(new Template(template).render(container)).to.equal(text);
    });
  }

  for (const [template, message] of failing) {
    it(`refuses ${template}`, () => {
      expect(() => new Template(template).render(container)).to.throw(message);
    });
  }

  it('names the type of a row, and calls its methods', () => {
    const row = new GoStruct(
      { ID: () => 'x', Label: (name) => `label ${String(name)}` },
      { type: '*formatter.Row' },
    );
    expect(new Template('{{.ID}} {{.Label "a"}}').render(row)).to.equal('x label a');
    expect(() => new Template('{{.ID}} {{.No}}').render(row)).to.throw(
      `template: :1:10: executing "" at <.No>: can't evaluate field No in type *formatter.Row`,
    );
  });
});
