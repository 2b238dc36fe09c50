export { graphOf, type Arrow, type Graph, type GraphPackage, type RequirementOf } from './graph.ts';
export { outdatedOf, type OutdatedPackage } from './outdated.ts';
export { pathsTo, reachable } from './paths.ts';
export { readGraph, type ProjectGraph } from './read.ts';
export { branches, type Branch, type TreeOptions } from './tree.ts';
