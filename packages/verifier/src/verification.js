export {}
//# sourceMappingURL=verification.js.map
