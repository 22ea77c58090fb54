/**
 * Every code Berth can answer with: what happened, and what to do about it. Codes are stable; the texts are for people.
 * A message passed to `BerthError` adds the particulars; these two sentences stay true for every occurrence.
 */
interface ErrorText {
  readonly title: string;
  readonly help: string;
}

export const errorCatalogue = {
  // request
  invalid_input: { title: "Something in the request is not right.", help: "Correct the named fields and try again." },
  not_found: {
    title: "There is no such thing here.",
    help: "Check the address; it may have been removed, or you may not be allowed to see it.",
  },
  not_signed_in: { title: "You are not signed in.", help: "Sign in, or send a valid API token." },
  forbidden: { title: "You may not do this.", help: "Ask an admin of the project for the role that may." },
  conflict: { title: "Something else changed at the same time.", help: "Reload and try again." },
  already_exists: { title: "There is one already.", help: "Choose another name." },
  rate_limited: { title: "Too many attempts.", help: "Wait for the time given and try again." },
  payload_too_large: { title: "The request is too large.", help: "Send less at once." },
  request_too_slow: { title: "The request took too long to arrive.", help: "Send it again; its body has to be here within half a minute." },
  unavailable: { title: "A part of Berth is not available right now.", help: "See the system health page; Berth tries again by itself." },
  internal: {
    title: "Berth made a mistake.",
    help: "Try again; if it happens again, give the id below to whoever runs this installation.",
  },
  // access
  credentials_wrong: { title: "E-mail or password is wrong.", help: "Check both; an admin can set a new password." },
  setup_code_wrong: { title: "That set-up code is wrong or was used already.", help: "Use the code printed in the terminal by npm start." },
  setup_done: { title: "This installation is set up already.", help: "Sign in instead." },
  password_weak: { title: "That password is too short or too common.", help: "Use at least 10 characters that are not a common password." },
  view_only: {
    title: "You are looking through another's eyes.",
    help: "Nothing can be changed meanwhile: end “View as” in the bar at the top, then do it as yourself.",
  },
  gone: { title: "That link has been used or has expired.", help: "Ask an admin for a new one." },
  password_not_used: { title: "People here sign in without a password of Berth’s.", help: "Sign in through your organisation’s service." },
  invitation_foreign: {
    title: "This invitation is for somebody else.",
    help: "Sign out to use it yourself, or pass it on to the person it was made for.",
  },
  last_admin: { title: "That is the last admin who can sign in.", help: "Make somebody else an admin first." },
  identity_unknown: {
    title: "Nobody here belongs to that sign-in.",
    help: "If you have a password here, use it; else ask an admin to add you under the e-mail address of your account there.",
  },
  email_unverified: {
    title: "Your e-mail address is not verified there.",
    help: "Verify it with the service you sign in through, then try again.",
  },
  sign_in_failed: { title: "That sign-in did not work.", help: "Start it again from this page, in one tab, within a few minutes." },
  identity_provider_unavailable: {
    title: "The service to sign in through does not answer.",
    help: "Try again in a moment; whoever runs this installation finds the reason in the log of web.",
  },
  tag_protected: { title: "That tag is protected.", help: "Make a new tag: what was tested under a name stays under it." },
  audit_broken: {
    title: "The audit log does not add up.",
    help: "The entry named was changed or removed outside of Berth; look at who can write to the database.",
  },
  // git
  git_url_invalid: {
    title: "That is not a Git URL Berth can use.",
    help: "Use https://…, ssh://… or git@host:path; put credentials in their own field, never in the URL.",
  },
  git_unreachable: { title: "The Git server cannot be reached.", help: "Check the address and the network; Berth looks again by itself." },
  git_auth_required: { title: "The Git server asks for credentials.", help: "Store a token or a deploy key in the project's settings." },
  git_not_found: {
    title: "There is no Git repository at that URL.",
    help: "Check the URL; private repositories answer like this without credentials.",
  },
  git_redirected: { title: "The Git server sent Berth somewhere else.", help: "Use the final URL; redirects are not followed." },
  git_address_refused: {
    title: "Berth may not connect to that address.",
    help: "Git servers on private networks have to be allowed by whoever runs this installation: BERTH_GIT_ALLOWED_HOSTS=host:port.",
  },
  git_timed_out: { title: "The Git server took too long.", help: "Try again; check the server if it stays slow." },
  git_empty: { title: "The repository has no commits yet.", help: "Push a branch." },
  git_failed: { title: "Git failed.", help: "See the message; check that the repository is intact." },
  source_gone: { title: "The commit or branch is gone from the repository.", help: "Push it again, or choose another ref." },
  // build
  dockerfile_missing: {
    title: "There is no Dockerfile at the configured path.",
    help: "Add one, or set its path in the project's settings.",
  },
  dockerfile_refused: {
    title: "The Dockerfile asks for something Berth does not allow.",
    help: "Remove the foreign # syntax= line; docker/dockerfile is allowed.",
  },
  context_missing: {
    title: "The build context's folder does not exist in this commit.",
    help: "Set the context path in the project's settings.",
  },
  context_too_large: { title: "The build context is too large.", help: "List what the image does not need in .dockerignore." },
  build_failed: { title: "The image could not be built.", help: "The log's last lines say which step failed; fix it and push again." },
  build_timed_out: {
    title: "The build took longer than it may.",
    help: "Make it shorter, or ask ops to raise BERTH_BUILD_TIMEOUT_SECONDS.",
  },
  build_cancelled: { title: "The build was cancelled.", help: "Redeploy to build again." },
  tag_moved: {
    title: "The tag names another commit than what runs under it.",
    help: "On the environment's page, deploy the new commit on purpose, or make a new tag.",
  },
  pipeline_file_invalid: {
    title: "What the repository says of its pipeline is wrong.",
    help: "Correct berth.json (or .yml) at the line that is named, and push; everything else goes on.",
  },
  checks_failed: {
    title: "A check before this stage failed.",
    help: "Its log says why. Fix it and push, or run the check again if it was not the code's fault.",
  },
  build_out_of_memory: { title: "The build ran out of memory.", help: "Use less memory in the failing step." },
  // engine, registry
  docker_unavailable: {
    title: "The Docker Engine does not answer.",
    help: "Start it (or set DOCKER_HOST); Berth connects by itself as soon as it answers.",
  },
  docker_failed: { title: "The Docker Engine refused.", help: "See the message." },
  disk_full: { title: "The disk is full.", help: "Free some space; Berth tries again." },
  registry_unavailable: {
    title: "The image registry does not answer.",
    help: "Check REGISTRY_URL and the registry; Berth tries again by itself.",
  },
  registry_refused: { title: "The image registry refused the image.", help: "Check the registry's credentials and free space." },
  image_missing: { title: "The image is gone.", help: "Redeploy to build it again." },
  // marathon, deployment
  marathon_unavailable: { title: "Marathon does not answer.", help: "Check MARATHON_URL and the cluster; Berth tries again by itself." },
  marathon_unauthorised: { title: "Marathon refused Berth's credentials.", help: "Check MARATHON_CREDENTIALS or MARATHON_TOKEN." },
  marathon_locked: { title: "Marathon is busy with another deployment of this app.", help: "Berth waits for it and goes on by itself." },
  marathon_too_many: { title: "Marathon runs as many deployments as it may.", help: "Berth waits and tries again." },
  job_scheduler_refused: {
    title: "The cluster’s job scheduler did not take it.",
    help: "See the message; it comes from Chronos or Metronome.",
  },
  marathon_refused: { title: "Marathon refused the app.", help: "See the message; it names the field." },
  marathon_failed: { title: "Marathon answered in a way Berth does not understand.", help: "See the message and Marathon's own log." },
  app_exited: {
    title: "The app ended right after its start.",
    help: "The log's last lines say why; the earlier release goes on answering.",
  },
  app_not_listening: {
    title: "The app never answered on its port.",
    help: "Let it listen on 0.0.0.0 and the port in $PORT, or set the right port in the project's settings.",
  },
  app_unhealthy: {
    title: "The app answers its health check with an error.",
    help: "See the log, or set another health path in the project's settings.",
  },
  no_resources: { title: "The cluster has no room for this app.", help: "Stop something, or ask for less CPU or memory." },
  // promotion
  only_by_promotion: {
    title: "Into this stage only a promotion leads.",
    help: "Promote a tested image from the stage before, or roll back to a release that once answered here.",
  },
  no_way_there: {
    title: "There is no promotion from here to there.",
    help: "Promote to the next stage; the pipeline page shows the order.",
  },
  not_live: { title: "Nothing healthy is live there.", help: "Get the environment live and healthy first, then try again." },
  verdict_missing: {
    title: "Nobody has approved it.",
    help: "A tester who did not write the commit gives the verdict on the environment's page.",
  },
  verdict_void: { title: "The verdict is void.", help: "Image or configuration changed since; a tester has to look again." },
  rejected: { title: "A tester rejected it.", help: "Answer the rejection with a new build, and have that one tested." },
  not_testable: { title: "A tester could not test it.", help: "See the tester's words; once it can be tested, ask for another verdict." },
  own_commit: { title: "That is your own.", help: "Somebody else has to judge it: neither who asked nor who wrote the commit." },
  verdict_outdated: { title: "Another release went live meanwhile.", help: "Look at what is live now, then give your verdict on that." },
  verdict_meanwhile: { title: "Somebody else gave a verdict meanwhile.", help: "Read it on the page as it is now, then give yours." },
  configuration_pending: {
    title: "What runs is not what is configured.",
    help: "Wait for the deployment that brings the change, or redeploy; then try it and approve.",
  },
  evidence_refused: { title: "That is not a picture Berth keeps.", help: "Add a PNG, JPEG or WebP of at most 5 MB, as it was saved." },
  evidence_full: { title: "This project keeps as many pictures as it may.", help: "Say it in words; ask an admin what may go." },
  image_gone: { title: "The image is not in the registry any more.", help: "Build and test it again: what is promoted is never rebuilt." },
  never_served: { title: "That release never answered here.", help: "Only a release that once was healthy here can be rolled back to." },
  superseded: { title: "A newer deployment took its place.", help: "Nothing to do: the newer one is under way." },
  cancelled: { title: "Somebody cancelled it.", help: "Redeploy when ready." },
  worker_lost: { title: "The worker was lost too often while doing this.", help: "Check the worker's memory and log, then redeploy." },
  secret_unreadable: { title: "A secret cannot be opened.", help: "Set its value again; the key it was sealed for is gone." },
  environment_gone: { title: "The environment was destroyed.", help: "Create it again from its branch or tag." },
  app_setting_owned: { title: "That is Berth’s own to set.", help: "Leave it out: Berth says it itself, and finds its apps by it." },
  app_power_refused: {
    title: "That gives power over the hosts of the cluster.",
    help: "Ask an admin of the platform to allow exactly this for the project; Berth’s own scheduler refuses it all the same.",
  },
  // telling
  mail_not_set: {
    title: "This installation has no mail server.",
    help: "Whoever runs it sets SMTP_URL and SMTP_FROM and starts it again.",
  },
  hook_url_refused: {
    title: "Berth may not send webhooks to that address.",
    help: "Use an https or http address on the public internet; private ones have to be allowed: BERTH_OUTBOUND_ALLOWED_HOSTS=host:port.",
  },
  // installation
  start_failed: { title: "A part of Berth could not start.", help: "The message names the part; its log in BERTH_HOME/logs tells more." },
  port_taken: {
    title: "A port is taken by another program.",
    help: "Stop that program, or give Berth another port with the setting named.",
  },
  already_running: { title: "Berth runs already on this BERTH_HOME.", help: "Use the running one, or stop it first." },
} as const satisfies Record<string, ErrorText>;

export type ErrorCode = keyof typeof errorCatalogue;

/** Whether a stored text is one of today's codes. */
export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(errorCatalogue, text);
}
