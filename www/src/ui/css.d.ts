import "react";

declare module "react" {
  interface CSSProperties {
    /** A person's colour, as `#rrggbb`. */
    "--person"?: string;
  }
}
