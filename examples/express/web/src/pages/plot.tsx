import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

interface Point {
  readonly day: string;
  readonly amount: string;
  readonly sum: string;
}

const HEIGHT_PX = 240;

/** Bars of each day and the line of their sum. Here alone amounts become numbers: pixels need no more digits. */
export function Plot({ points }: { readonly points: readonly Point[] }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    let plot = drawn(element, points);
    const sized = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT_PX }));
    sized.observe(element);
    const redraw = () => {
      plot.destroy();
      plot = drawn(element, points);
    };
    const dark = matchMedia("(prefers-color-scheme: dark)");
    addEventListener("themechange", redraw);
    dark.addEventListener("change", redraw);
    return () => {
      removeEventListener("themechange", redraw);
      dark.removeEventListener("change", redraw);
      sized.disconnect();
      plot.destroy();
    };
  }, [points]);
  return <div ref={place} class="plot" role="img" aria-label="Plot of what was realized on each day, and of its sum" />;
}

function drawn(element: HTMLElement, points: readonly Point[]): uPlot {
  const days = points.map(({ day }) => Date.parse(`${day}T12:00:00`) / 1000);
  const amounts = points.map(({ amount }) => Number(amount));
  const data: uPlot.AlignedData = [
    days,
    amounts.map((amount) => (amount > 0 ? amount : null)),
    amounts.map((amount) => (amount < 0 ? amount : null)),
    points.map(({ sum }) => Number(sum)),
  ];
  return new uPlot(optionsFor(element), data, element);
}

function optionsFor(element: HTMLElement): uPlot.Options {
  const color = (name: string) => colorOf(element, name);
  const axis = {
    stroke: color("--muted"),
    font: "12px system-ui",
    grid: { stroke: color("--line"), width: 1 },
    ticks: { show: false },
  };
  const bars = uPlot.paths.bars?.({ size: [0.6, 14], align: 0 });
  const bar = (label: string, fill: string): uPlot.Series => ({
    label,
    fill,
    stroke: fill,
    width: 0,
    points: { show: false },
    ...(bars === undefined ? {} : { paths: bars }),
  });
  return {
    width: element.clientWidth,
    height: HEIGHT_PX,
    padding: [8, 8, 0, 0],
    legend: { show: true, live: true },
    cursor: { y: false, points: { size: 6 } },
    scales: { x: { time: true } },
    axes: [
      { ...axis, values: (_plot, seconds) => seconds.map(dayText) },
      { ...axis, size: 68, values: (_plot, values) => values.map(shortNumber) },
    ],
    series: [
      {
        label: "Day",
        value: (_plot, seconds) => (seconds === null ? "" : new Date(seconds * 1000).toLocaleDateString("en-GB")),
      },
      bar("Gain", color("--up")),
      bar("Loss", color("--down")),
      { label: "In all", stroke: color("--accent"), width: 1.5, points: { show: false } },
    ],
  };
}

/** A canvas knows no `light-dark()`: the browser says which of the two it is. */
function colorOf(element: HTMLElement, name: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });

function dayText(seconds: number): string {
  return day.format(new Date(seconds * 1000));
}

const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

function shortNumber(value: number): string {
  return compact.format(value);
}
