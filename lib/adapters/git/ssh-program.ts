/**
 * What git runs instead of `ssh`. The text is constant: key and known hosts arrive in variables, host and command as arguments from git, so
 * nothing anybody typed is ever read by a shell. Nothing of the user's own ~/.ssh counts: no configuration, no keys, no agent.
 */
export const sshProgram = {
  fileName: "ssh-program",
  keyVariable: "BERTH_SSH_KEY",
  knownHostsVariable: "BERTH_SSH_KNOWN_HOSTS",
  /** Where to connect instead of the host in the URL, and the name its key is known by; both or none. */
  addressVariable: "BERTH_SSH_ADDRESS",
  hostKeyVariable: "BERTH_SSH_HOST_KEY",
  text: `#!/bin/sh
exec ssh -F /dev/null \\
  -o BatchMode=yes -o ConnectTimeout=15 -o ServerAliveInterval=15 -o ServerAliveCountMax=3 \\
  -o StrictHostKeyChecking=accept-new -o "UserKnownHostsFile=\\"$BERTH_SSH_KNOWN_HOSTS\\"" -o GlobalKnownHostsFile=/dev/null -o UpdateHostKeys=no \\
  -o IdentitiesOnly=yes -o IdentityAgent=none -o "IdentityFile=\\"$BERTH_SSH_KEY\\"" -o PreferredAuthentications=publickey \\
  -o ForwardAgent=no -o ClearAllForwardings=yes -o PermitLocalCommand=no -o ControlMaster=no -o ControlPath=none \\
  \${BERTH_SSH_ADDRESS:+-o} \${BERTH_SSH_ADDRESS:+"HostName=$BERTH_SSH_ADDRESS"} \\
  \${BERTH_SSH_ADDRESS:+-o} \${BERTH_SSH_ADDRESS:+"HostKeyAlias=$BERTH_SSH_HOST_KEY"} \\
  "$@"
`,
} as const;
