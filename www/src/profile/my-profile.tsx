"use client";

import { useLoad } from "@/lib/load";
import { Loading } from "@/ui/loading";
import { profile } from "./api";
import { ProfileForm } from "./profile-form";

/** What I say of myself, and changing it. */
export function MyProfile() {
  const loaded = useLoad(profile.get);
  return (
    <section className="card" aria-labelledby="account-profile">
      <h2 id="account-profile">My profile</h2>
      <Loading of={loaded}>{(value) => <ProfileForm given={value} />}</Loading>
    </section>
  );
}
