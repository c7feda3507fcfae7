// Updates that stock Yjs 13 makes: node make.mjs > updates.json (with npm yjs@13 beside it).
import * as Y from 'yjs'
const hex = u => Buffer.from(u).toString('hex')
const out = {}
// 1. typed, deleted (gc), then full state
{
  const d = new Y.Doc(); d.clientID = 11; const t = d.getText('content')
  t.insert(0,'hello brave new world'); t.delete(6,6); t.insert(6,'old '); t.delete(0,3)
  out.gc_state = hex(Y.encodeStateAsUpdate(d)); out.gc_text = t.toString()
  // partially known
  out.gc_diff = hex(Y.encodeStateAsUpdate(d, Y.encodeStateVector(new Map([[11, 4]]))))
}
// 2. two offline sessions merged, incl emoji
{
  const a = new Y.Doc(); a.clientID = 21; const b = new Y.Doc(); b.clientID = 22
  a.getText('content').insert(0,'shared 😀 base'); Y.applyUpdate(b, Y.encodeStateAsUpdate(a))
  const ua=[],ub=[]; a.on('update',u=>ua.push(u)); b.on('update',u=>ub.push(u))
  for (const ch of 'AAAA') a.getText('content').insert(3,ch)
  b.getText('content').delete(0,7); for (const ch of 'bb😀b') b.getText('content').insert(0,ch)
  a.getText('content').delete(2,3)
  out.base = hex(Y.encodeStateAsUpdate(a, undefined))
  out.merged = hex(Y.mergeUpdates([...ua,...ub]))
  out.merged_skip = hex(Y.mergeUpdates([ua[0],ua[2]]))
  Y.applyUpdate(a, Y.mergeUpdates(ub)); Y.applyUpdate(b, Y.mergeUpdates(ua))
  out.state = hex(Y.encodeStateAsUpdate(a)); out.text = a.getText('content').toString()
  out.snapshot_b = hex(Y.encodeStateAsUpdate(b)); out.same = a.getText('content').toString()===b.getText('content').toString()
}
// pending in a doc, then its state
{
  const a = new Y.Doc(); a.clientID=31; const us=[]; a.on('update',u=>us.push(u))
  const t=a.getText('content'); t.insert(0,'a'); t.insert(1,'b'); t.insert(2,'c'); t.insert(3,'d')
  const b = new Y.Doc(); b.clientID=32; Y.applyUpdate(b,us[0]); Y.applyUpdate(b,us[2]); b.getText('content').insert(1,'X')
  out.pending_state = hex(Y.encodeStateAsUpdate(b))
}
// undo manager
{
  const d = new Y.Doc(); d.clientID=41; const t=d.getText('content'); const um=new Y.UndoManager(t,{captureTimeout:0})
  const us=[]; d.on('update',u=>us.push(hex(u)))
  t.insert(0,'one '); t.insert(4,'two '); t.delete(0,4); um.undo(); um.undo(); um.redo(); t.insert(2,'zz')
  out.undo_updates = us; out.undo_text=t.toString(); out.undo_state=hex(Y.encodeStateAsUpdate(d))
}
// forbidden kinds
{
  const f=(fn)=>{const d=new Y.Doc(); d.clientID=51; fn(d); return hex(Y.encodeStateAsUpdate(d))}
  out.bad_format=f(d=>{d.getText('content').insert(0,'bold',{bold:true})})
  out.bad_embed=f(d=>{d.getText('content').insertEmbed(0,{image:'x'})})
  out.bad_root=f(d=>{d.getText('other').insert(0,'x')})
  out.bad_map=f(d=>{d.getMap('content').set('a',1)})
  out.bad_array=f(d=>{d.getArray('content').insert(0,[1,'a',{b:2}])})
  out.bad_type=f(d=>{d.getArray('content').insert(0,[new Y.Text('nested')])})
  out.bad_xml=f(d=>{d.getXmlFragment('content').insert(0,[new Y.XmlText('x')])})
  out.bad_subdoc=f(d=>{d.getMap('content').set('a',new Y.Doc())})
  out.bad_binary=f(d=>{d.getArray('content').insert(0,[new Uint8Array([1,2])])})
  // deleted nested type → GC structs
  out.bad_gc=f(d=>{const a=d.getArray('content'); a.insert(0,[new Y.Text('nested text')]); a.delete(0,1)})
}

console.log(JSON.stringify(out, null, 1))
