// An editor of others: stock Yjs with stock y-websocket, nothing of ours.
import WebSocket from "ws";
import { WebsocketProvider } from "y-websocket";
import * as Y from "yjs";
import { until } from "./until.mjs";

/** Somebody who writes the meeting's note with stock Yjs. */
export class StockEditor {
  doc = new Y.Doc();
  text = this.doc.getText("content");

  constructor(server, api, meeting) {
    const { token, name } = api.session;
    this.provider = new WebsocketProvider(
      `ws://127.0.0.1:${server.port}/v1/yjs`,
      meeting,
      this.doc,
      { params: { token }, WebSocketPolyfill: WebSocket, disableBc: true },
    );
    this.provider.awareness.setLocalStateField("user", { name, color: "#335577" });
  }

  /** Waits until it has what the server has. */
  ready() {
    return until("stock Yjs is in step", () => this.provider.synced, Boolean);
  }

  /** Puts its cursor at `at`, in UTF-16 code units, as y-codemirror does. */
  point(at) {
    const place = Y.createRelativePositionFromTypeIndex(this.text, at);
    const cursor = { anchor: place, head: place };
    this.provider.awareness.setLocalStateField(
      "cursor",
      JSON.parse(JSON.stringify(cursor)),
    );
  }

  /** The others: name, and where their cursor is. */
  others() {
    const states = [...this.provider.awareness.getStates()];
    return states
      .filter(([client]) => client !== this.doc.clientID)
      .map(([, { user, cursor }]) => ({ name: user?.name, at: this.#index(cursor?.head) }));
  }

  #index(place) {
    if (!place) return null;
    const relative = Y.createRelativePositionFromJSON(place);
    return Y.createAbsolutePositionFromRelativePosition(relative, this.doc)?.index ?? null;
  }

  close() {
    this.provider.destroy();
    this.doc.destroy();
  }
}
