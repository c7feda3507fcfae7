// What the tests need on the machine beside Rust and Node: found, installed where
// that is ours to do (Debian, as root), or named.
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";

const PACKAGES = {
  cc: "gcc",
  chromium: "chromium",
  chromedriver: "chromium-driver",
  faketime: "faketime",
  haproxy: "haproxy",
  "nats-server": "nats-server",
  pgbouncer: "pgbouncer",
  postgres: "postgresql",
  python3: "python3-venv",
  sqlite3: "sqlite3",
  "systemd-analyze": "systemd",
};

/** The path of a program, or undefined. */
export function find(need) {
  if (need === "postgres") return postgres();
  if (need === "nats-server" && process.env.TEST_NATS_URL) return process.env.TEST_NATS_URL;
  // Debian has servers where only root's PATH leads.
  for (const folder of [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin"]) {
    const path = join(folder, need);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

function postgres() {
  if (process.env.TEST_POSTGRES_URL) return process.env.TEST_POSTGRES_URL;
  const versions = "/usr/lib/postgresql";
  const found = existsSync(versions)
    ? readdirSync(versions)
        .map((version) => join(versions, version, "bin", "initdb"))
        .find(existsSync)
    : undefined;
  return found ?? find("initdb");
}

/** Installs what is missing where it may; what is missing still is found missing later. */
export function install() {
  const missing = Object.keys(PACKAGES).filter((need) => !find(need));
  if (missing.length === 0) return;
  const packages = missing.map((need) => PACKAGES[need]);
  if (process.getuid?.() !== 0 || !find("apt-get")) {
    console.log(`not here, and not mine to install: ${packages.join(" ")}`);
    return;
  }
  console.log(`installing ${packages.join(" ")}`);
  const apt = (...words) =>
    spawnSync("apt-get", ["-q", "-y", ...words], {
      stdio: "inherit",
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
  apt("update");
  apt("install", "--no-install-recommends", ...packages);
}

/** What a step lacks, in words, or undefined. */
export function lacking(needs = []) {
  const missing = needs.filter((need) => !find(need));
  if (missing.length === 0) return undefined;
  const packages = missing.map((need) => PACKAGES[need]).join(" ");
  return `needs ${missing.join(", ")}: install ${packages} (Debian's names)`;
}
