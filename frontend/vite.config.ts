import vue from "@vitejs/plugin-vue";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here("."),
  // Relative addresses inside the built files: the shop may be served under any path.
  base: "./",
  publicDir: false,
  plugins: [vue({ features: { optionsAPI: false } })],
  build: {
    outDir: here("../vitrina/web/static/dist"),
    emptyOutDir: true,
    manifest: "manifest.json",
    target: "es2022",
    cssTarget: ["chrome111", "safari16.4", "firefox113"],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rollupOptions: {
      input: {
        boot: here("boot.ts"),
        main: here("main.ts"),
        pay: here("pay.ts"),
        storefront: here("styles/storefront.scss"),
        admin: here("styles/admin.scss"),
      },
    },
  },
});
