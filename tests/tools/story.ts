// The demo's story told by the generated TypeScript client: campaign, indicator, facts, verdict, run, letter, receipt, reply.
// Run as `node story.js ADDRESS KEY`, after `tsc --strict`.

import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

declare const process: { argv: string[] };
declare const console: { log(text: string): void };

type Problem = components["schemas"]["ProblemView"];
const DAY = "2025-08-27";

/** The answer, unless it is a problem. */
function good<T>(answer: { data?: T; error?: Problem }): T {
  if (answer.data === undefined) {
    throw new Error(`${answer.error?.code}: ${answer.error?.detail} ${JSON.stringify(answer.error?.errors)}`);
  }
  return answer.data;
}

function expect(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

async function tell(baseUrl: string, key: string): Promise<void> {
  const api = createClient<paths, "application/json" | "application/problem+json">({ baseUrl, headers: { Authorization: `Bearer ${key}` } });
  const campaign = good(
    await api.POST("/api/v1/campaigns", {
      params: { header: { "Idempotency-Key": "story-ts" } },
      body: {
        name: "跨境电商提升行动",
        region: "430000",
        starts_on: "2025-01-01",
        ends_on: "2025-12-31",
        issuer_name: "综合协调组",
        letter_mark: "湘跨境函",
        issuing: "automatic",
      },
    }),
  );
  const measure = good(
    await api.POST("/api/v1/measures", {
      body: { name: "跨境电商进出口额", unit: "亿元", basis: "cumulative", better: "higher", frequency: "monthly" },
    }),
  );
  const task = good(
    await api.POST("/api/v1/tasks", {
      body: { campaign: campaign.id, name: "发展跨境电商", responsibilities: [{ unit: "省商务厅", role: "lead" }] },
    }),
  );
  const indicator = good(
    await api.POST("/api/v1/indicators", {
      body: {
        task: task.id,
        measure: measure.id,
        region: "430000",
        target: { phrase: "跨境电商进出口额增长8%以上" },
        curve: { kind: "linear_months" },
      },
    }),
  );
  expect(indicator.target?.kind === "growth", "the phrase was read");
  const read = good(await api.GET("/api/v1/indicators/{id}", { params: { path: { id: indicator.id } } }));
  expect(read.verdict.grade_label.length > 0, "an indicator carries its verdict");

  const report = good(
    await api.PUT("/api/v1/observations", {
      body: {
        items: [
          {
            measure: measure.id,
            region: "430000",
            period: { start: "2025-01-01", end: "2025-07-31" },
            figure: "yoy",
            value: "3.1",
            source: "商务大数据月报",
            published_on: "2025-08-20",
          },
        ],
      },
    }),
  );
  expect(report.created === 1 && report.items[0]?.outcome === "created", "the fact was written");

  const verdict = good(
    await api.GET("/api/v1/indicators/{id}/assessment", {
      params: { path: { id: indicator.id }, query: { as_of: DAY } },
    }),
  );
  expect(verdict.grade === "behind" || verdict.grade === "critical", `verdict: ${verdict.grade}`);
  expect(verdict.missing.every((one) => one.detail.length > 0) && verdict.working.length > 0, "it has its working");

  const run = good(await api.POST("/api/v1/warning-runs", { body: { as_of: DAY } }));
  expect(run.letters.some((letter) => letter.campaign_id === campaign.id), "a letter goes out");
  const letters = good(await api.GET("/api/v1/letters", { params: { query: { campaign: campaign.id } } }));
  const id = letters.items[0]?.id ?? "";
  const letter = good(await api.GET("/api/v1/letters/{id}", { params: { path: { id } } }));
  expect(letter.facts.lines[0]?.indicator === "跨境电商进出口额", "facts are typed");
  const document = await api.GET("/api/v1/letters/{id}.docx", { params: { path: { id } }, parseAs: "arrayBuffer" });
  expect((document.data?.byteLength ?? 0) > 1_000, "the document comes as bytes");

  good(await api.POST("/api/v1/letters/{id}/receipt", { params: { path: { id } }, body: { person: "李四" } }));
  const reply = good(
    await api.POST("/api/v1/letters/{id}/replies", {
      params: { path: { id } },
      body: {
        cause: "平台迁移",
        remedies: [{ action: "建立周调度机制", due_on: new Date(Date.now() + 60 * 86_400_000).toISOString().slice(0, 10) }],
        person: "李四",
        phone: "0731-82210000",
      },
    }),
  );
  good(
    await api.POST("/api/v1/letters/{id}/replies/{rid}/review", {
      params: { path: { id, rid: reply.id } },
      body: { verdict: "accepted" },
    }),
  );
  good(await api.POST("/api/v1/letters/{id}/closure", { params: { path: { id } }, body: { note: "已整改到位" } }));
  const closed = good(await api.GET("/api/v1/letters/{id}", { params: { path: { id } } }));
  expect(closed.state === "closed", closed.state);
  const missing = await api.GET("/api/v1/units/{id}", { params: { path: { id: campaign.id } } });
  expect(missing.error?.code === "not_found", "problems are typed");
  console.log(`told in TypeScript: ${letter.number}`);
}

await tell(process.argv[2] ?? "", process.argv[3] ?? "");
