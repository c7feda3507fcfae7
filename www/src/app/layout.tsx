import type { Metadata, Viewport } from "next";
import localFont from "next/font/local";
import type { ReactNode } from "react";
import "@/styles/tokens.css";
import "@/styles/base.css";
import "@/styles/controls.css";
import "@/styles/pages.css";
import "@/styles/room.css";
import "@/styles/transcript.css";
import "@/styles/chat.css";
import "@/styles/people.css";
import "@/styles/note.css";
import "@/styles/history.css";
import "@/styles/admin.css";
import "@/styles/profile.css";
import "@/styles/meetings.css";
import { Connected } from "@/lib/connected";
import { OfflineShell } from "@/lib/offline-shell";

const inter = localFont({
  src: "../fonts/inter-latin.woff2",
  variable: "--font-inter",
  weight: "100 900",
  display: "swap",
});

export const metadata: Metadata = {
  title: { default: "Connvo", template: "%s · Connvo" },
  description: "Meetings with one note, many hands, on any network.",
  icons: { icon: "/icon.svg" },
};

export const viewport: Viewport = {
  width: "device-width",
  initialScale: 1,
  interactiveWidget: "resizes-content",
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#f5f4f0" },
    { media: "(prefers-color-scheme: dark)", color: "#121413" },
  ],
};

/** The frame of every page. */
export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en" className={inter.variable} suppressHydrationWarning>
      <head>
        {/* Blocking on purpose: the theme must stand before the first paint. */}
        {/* eslint-disable-next-line @next/next/no-sync-scripts */}
        <script src="/theme.js" />
      </head>
      <body>
        <a href="#main" className="skip-link">
          Skip to content
        </a>
        <Connected>{children}</Connected>
        <OfflineShell />
      </body>
    </html>
  );
}
