import { unreachable } from '../unreachable.js';
import type { Conversion, PlanPrice, ScenarioPrice, Tier } from '../format/price.js';
import type { Need } from './verb.js';

/** The API's `PriceInput`: exactly one model, and what goes with it. */
export function priceInput(price: ScenarioPrice): object {
  const { minimumAmount, maximumAmount } = price;
  const bounds = {
    ...(minimumAmount === undefined ? {} : { minimumAmount }),
    ...(maximumAmount === undefined ? {} : { maximumAmount }),
  };
  return { ...modelInput(price), ...bounds };
}

function modelInput(price: ScenarioPrice): object {
  switch (price.model) {
    case 'flat':
      return { flat: { flatAmount: price.flatAmount } };
    case 'per_unit':
      return { perUnit: { unitAmount: price.unitAmount }, ...quantityInput(price) };
    case 'graduated':
    case 'volume':
      return { [price.model]: { tiers: price.tiers.map(tierInput) }, ...quantityInput(price) };
    case 'graduated_percentage':
      return { graduatedPercentage: { tiers: price.tiers.map(tierInput) }, ...quantityInput(price) };
    case 'package': {
      const { packageSize, packageAmount, packageRounding } = price;
      const rounding =
        packageRounding === undefined ? {} : { packageRounding: packageRounding.toUpperCase() };
      return { package: { packageSize, packageAmount, ...rounding }, ...quantityInput(price) };
    }
    case 'percentage': {
      const { model: _model, minimumAmount: _least, maximumAmount: _most, ...percentage } = price;
      return { percentage };
    }
    case 'dynamic':
      return { dynamic: price.multiplier === undefined ? {} : { multiplier: price.multiplier } };
    case 'matrix':
      return { matrix: matrixInput(price) };
    case 'commitment': {
      const { model: _model, minimumAmount: _least, maximumAmount: _most, window, ...commitment } = price;
      const sold = window === undefined ? {} : { window: window.toUpperCase() };
      return { commitment: { ...commitment, ...sold } };
    }
    default:
      return unreachable(price);
  }
}

function quantityInput(price: { readonly conversion?: Conversion; readonly includedUnits?: string }): object {
  const { conversion, includedUnits } = price;
  return {
    ...(conversion === undefined
      ? {}
      : { conversion: { ...conversion, rounding: conversion.rounding.toUpperCase() } }),
    ...(includedUnits === undefined ? {} : { includedUnits }),
  };
}

/** A tier without an end has no `upTo`. */
function tierInput({ upTo, ...tier }: Tier): object {
  return upTo === null ? tier : { upTo, ...tier };
}

function matrixInput({ rows, defaultUnitAmount }: Extract<ScenarioPrice, { model: 'matrix' }>): object {
  return {
    rows: rows.map(({ match, unitAmount }) => ({
      match: Object.entries(match).map(([name, value]) => ({ name, value })),
      unitAmount,
    })),
    ...(defaultUnitAmount === undefined ? {} : { defaultUnitAmount }),
  };
}

/** What the API needs to say the prices of a plan. */
export function priceNeeds(prices: readonly PlanPrice[]): Need[] {
  const inputs = prices.map(({ price }) => priceInput(price));
  const names = new Set(inputs.flatMap((input) => Object.keys(input)));
  return [
    { what: 'prices', at: ['PlanPriceInput.key', 'PlanPriceInput.price'] },
    ...[...names].map((name) => ({ what: `prices.${name}`, at: [`PriceInput.${name}`] })),
  ];
}
