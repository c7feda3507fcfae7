"use client";
/** A meeting's chat. */
import { useCallback, useMemo } from "react";
import type {
  Chat,
  ChatPerson,
  ConnvoError,
  ShownMessage,
} from "../index.js";
import { useFollowed, useOpened } from "./followed.js";
import { useClient } from "./provider.js";

/** The chat as it stands. */
export interface ChatView {
  /** In the order posted, with what is asked for here. */
  messages: ShownMessage[];
  /** Null until it is open. */
  chat: Chat | null;
  error: ConnvoError | null;
}

const NO_MESSAGES: ShownMessage[] = [];
const onMessages = (chat: Chat, run: () => void) => chat.onMessages(run);

/** Follows a meeting's chat while the component is mounted, as somebody of this name
    and role. */
export function useChat(meetingId: string, me: ChatPerson): ChatView {
  const client = useClient();
  const { name, role } = me;
  const [chat, failure] = useOpened<Chat>(
    useCallback(
      async () => client?.openChat(meetingId, { name, role }),
      [client, meetingId, name, role],
    ),
  );
  const messages = useFollowed(
    chat,
    onMessages,
    (chat) => chat.messages(),
    NO_MESSAGES,
  );
  const ended = useFollowed<Chat, ConnvoError | null>(
    chat,
    onMessages,
    (chat) => chat.error(),
    null,
  );
  const error = failure ?? ended;
  return useMemo(() => ({ messages, chat, error }), [messages, chat, error]);
}
