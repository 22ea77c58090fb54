declare module "@prisma/schema-engine-wasm/schema_engine_bg" {
  export const SchemaEngine: {
    new: (
      options: unknown,
      log: () => void,
      adapter: unknown,
    ) => Promise<{ applyMigrations(input: unknown): Promise<unknown>; diff(input: unknown): Promise<unknown>; free(): void }>;
  };
  export function __wbg_set_wasm(exports: unknown): void;
}
