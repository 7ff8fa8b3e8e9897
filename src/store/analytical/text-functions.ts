import type { DuckDBConnection, DuckDBDataChunk, DuckDBVector } from '@duckdb/node-api';

export type TextFunction = (text: string) => string | undefined;

/** Makes functions from text to text known to SQL on this connection. */
export async function registerTextFunctions(
  connection: DuckDBConnection,
  functions: Readonly<Record<string, TextFunction>>,
): Promise<void> {
  const { DuckDBScalarFunction, VARCHAR } = await import('@duckdb/node-api');
  for (const [name, of] of Object.entries(functions)) {
    const mainFunction = (_: unknown, input: DuckDBDataChunk, output: DuckDBVector): void => {
      const texts = input.getColumnVector(0);
      for (let row = 0; row < input.rowCount; row++) {
        const text = texts.getItem(row) as string | null;
        output.setItem(row, text === null ? null : (of(text) ?? null));
      }
      output.flush();
    };
    connection.registerScalarFunction(DuckDBScalarFunction.create({ name, mainFunction, returnType: VARCHAR, parameterTypes: [VARCHAR] }));
  }
}
