import { type Answer, type Api, type ApiRequest } from "./request.ts";

/** The Marathon this scheduler behaves like. */
const version = "1.10.0";

export function showInfo({ scheduler, address }: Api): Answer {
  const { settings } = scheduler;
  const own = `http://${address.host}:${address.port}/`;
  return {
    status: 200,
    json: {
      name: "marathon",
      version,
      buildref: "berth",
      elected: true,
      leader: `${address.host}:${address.port}`,
      frameworkId: scheduler.frameworkId,
      marathon_config: {
        access_control_allow_origin: null,
        checkpoint: true,
        default_network_name: settings.networkName,
        env_vars_prefix: null,
        executor: "//cmd",
        failover_timeout: 604_800,
        features: [],
        framework_name: "marathon",
        ha: false,
        hostname: address.host,
        local_port_max: settings.servicePortRange[1],
        local_port_min: settings.servicePortRange[0],
        maintenance_mode: true,
        master: `${address.host}:${address.port}`,
        max_instances_per_offer: 100,
        mesos_bridge_name: settings.networkName,
        mesos_leader_ui_url: own,
        mesos_role: "*",
        mesos_user: "root",
        task_launch_timeout: 300_000,
        webui_url: `${own}ui/`,
      },
      zookeeper_config: { zk: null, zk_max_versions: 50 },
      http_config: { http_port: address.port, https_port: null },
    },
  };
}

export function showLeader({ address }: Api): Answer {
  return { status: 200, json: { leader: `${address.host}:${address.port}` } };
}

/** Text for whoever takes anything, JSON for whoever asks for it. */
export function ping(_api: Api, { raw }: ApiRequest): Answer {
  const accept = raw.headers.accept ?? "*/*";
  if (/\*\/\*|text\/(plain|\*)/.test(accept)) return { status: 200, text: "pong" };
  return /application\/(json|\*)/.test(accept) ? { status: 200, json: "pong" } : { status: 204 };
}
