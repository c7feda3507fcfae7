"use client";

import type { Meeting, TranscriptFormat } from "@connvo/client";
import { api } from "@/lib/api";
import { fileName, save } from "@/lib/save";
import { useTask } from "@/lib/task";
import { Button } from "@/ui/button";
import { Notice } from "@/ui/notice";

const FORMATS: [TranscriptFormat, string][] = [
  ["txt", "Text"],
  ["vtt", "WebVTT"],
  ["srt", "SubRip"],
  ["json", "JSON"],
];

/** Transcript as a file. */
export function Exports({ meeting }: { meeting: Meeting }) {
  const task = useTask();
  const take = async (format: TranscriptFormat) => {
    const name = `${fileName(meeting.title)}.${format}`;
    save(name, await api.transcript.export(meeting.id, format));
  };
  return (
    <section className="card" aria-labelledby="exports">
      <h3 id="exports">Transcript as a file</h3>
      <div className="card-actions">
        {FORMATS.map(([format, words]) => (
          <Button
            key={format}
            small
            icon="download"
            disabled={task.busy}
            onClick={() => void task.run(() => take(format))}
          >
            {words}
          </Button>
        ))}
      </div>
      {task.error && <Notice tone="bad">{task.error.message}</Notice>}
    </section>
  );
}
