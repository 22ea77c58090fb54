export function setup() {
  console.log("GLOBAL SETUP", process.pid);
  return () => console.log("GLOBAL TEARDOWN");
}
