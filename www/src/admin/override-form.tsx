"use client";

import { useState } from "react";
import { useTask } from "@/lib/task";
import { FEATURES, LIMITS } from "@/plan/words";
import { Button } from "@/ui/button";
import { Field, formMessage, lengthWords, Select } from "@/ui/field";
import { Notice } from "@/ui/notice";
import { admin, type AdminOrgDetail } from "./api";

/** Gives an organisation a feature or another limit, or takes a feature away. */
export function OverrideForm({
  org,
  onChange,
}: {
  org: AdminOrgDetail;
  onChange: (org: AdminOrgDetail) => void;
}) {
  const task = useTask();
  const [key, setKey] = useState("participants");
  const [given, setGiven] = useState("true");
  const [most, setMost] = useState("");
  const [until, setUntil] = useState("");
  const [reason, setReason] = useState("");
  const limit = LIMITS.some(([name]) => name === key);
  const put = async () => {
    const value = limit ? Number(most) : given === "true";
    const expiresAt = until === "" ? null : new Date(until).getTime();
    onChange(
      await admin.putOverride(org.id, key, { value, expiresAt, reason }),
    );
    setReason("");
  };
  const message = formMessage(task.error, ["/value", "/expiresAt", "/reason"]);
  return (
    <form
      className="fields"
      aria-label="Set a feature or limit"
      onSubmit={(event) => {
        event.preventDefault();
        void task.run(put);
      }}
    >
      <Select
        label="Feature or limit"
        value={key}
        onChange={(event) => setKey(event.target.value)}
      >
        <optgroup label="Limits">{LIMITS.map(option)}</optgroup>
        <optgroup label="Features">{FEATURES.map(option)}</optgroup>
      </Select>
      {limit ? (
        <Field
          label="At most"
          pointer="/value"
          error={task.error}
          type="number"
          min={0}
          step={1}
          value={most}
          onChange={(event) => setMost(event.target.value)}
          required
        />
      ) : (
        <Select
          label="They"
          value={given}
          onChange={(event) => setGiven(event.target.value)}
        >
          <option value="true">have it</option>
          <option value="false">do not have it</option>
        </Select>
      )}
      <Field
        label="Until (for good where empty)"
        pointer="/expiresAt"
        error={task.error}
        type="datetime-local"
        value={until}
        onChange={(event) => setUntil(event.target.value)}
      />
      <Field
        label="Reason, for the record"
        pointer="/reason"
        error={task.error}
        words={lengthWords("a reason")}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
        autoComplete="off"
        required
      />
      {message && <Notice tone="bad">{message}</Notice>}
      <div className="fields-foot">
        <Button type="submit" look="primary" disabled={task.busy}>
          Set
        </Button>
      </div>
    </form>
  );
}

function option([key, name]: readonly [string, string]) {
  return (
    <option key={key} value={key}>
      {name}
    </option>
  );
}
