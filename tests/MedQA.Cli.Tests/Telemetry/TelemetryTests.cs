using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using MedQA.Cli.Tests.Commands;

namespace MedQA.Cli.Tests.Telemetry;

/// <summary>What a collector sees of a run that a served host and a worker, two processes, answer together.</summary>
public sealed class TelemetryTests
{
    private const int Questions = 96;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [LongFact]
    public async Task An_upload_is_one_trace_over_the_queue_into_both_processes_and_the_metrics_sum_to_what_the_report_says()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The signal is sent by the kill program.");
        await using var collector = await Collector.StartAsync(Cancel);
        await using var medqa = new MedqaProcess();
        await using var held = await medqa.HoldStorageAsync();
        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["MEDQA_TELEMETRY"] = "otlp",
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Address,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "1000",
            ["OTEL_RESOURCE_ATTRIBUTES"] = "deployment.environment.name=test",
        })
        {
            medqa.Variables[name] = value;
        }

        File.Move(medqa.Profile(samples: 11), Path.Combine(Directory.CreateDirectory(Path.Combine(medqa.Folder, "profiles")).FullName, "sums-11.json"));
        var worker = medqa.Start("worker");
        var silence = worker.StandardOutput.ReadToEndAsync(Cancel);
        await MedqaProcess.SaidAsync(worker, "Answering questions of ");
        var workerNotices = worker.StandardError.ReadToEndAsync(Cancel);
        var server = medqa.Start("serve", "--urls", "http://127.0.0.1:0", "--profiles", "profiles");
        var noResults = server.StandardOutput.ReadToEndAsync(Cancel);
        using var client = new HttpClient { BaseAddress = new Uri((await MedqaProcess.SaidAsync(server, "Listening on ")).Split(';')[0]) };
        var serverNotices = server.StandardError.ReadToEndAsync(Cancel);

        // The loop that looks for uploads makes the run where it comes upon the upload before the request does, and has a trace of its own then:
        // this waits for its first look, and for what a process does once only.
        using (var estimated = await client.PostAsync("/api/estimates?profile=sums-11&name=sums.csv", new StringContent(await File.ReadAllTextAsync(medqa.Sums(Questions), Cancel)), Cancel))
        {
            Assert.True(estimated.IsSuccessStatusCode, await estimated.Content.ReadAsStringAsync(Cancel));
        }

        using var posted = await client.PostAsync("/api/runs?profile=sums-11&name=sums.csv", new StringContent(await File.ReadAllTextAsync(medqa.Sums(Questions), Cancel)), Cancel);
        Assert.True(posted.IsSuccessStatusCode, await posted.Content.ReadAsStringAsync(Cancel));
        using (var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200)))
        {
            while ((await client.GetFromJsonAsync<JsonElement>(posted.Headers.Location, Cancel)).GetProperty("state").GetString() != "completed")
            {
                Assert.False(server.HasExited || worker.HasExited, "A process has ended.");
                await timer.WaitForNextTickAsync(Cancel);
            }
        }

        var report = await client.GetFromJsonAsync<JsonElement>($"{posted.Headers.Location}/report", Cancel);
        await MedqaProcess.StopAsync(server);
        await MedqaProcess.StopAsync(worker);
        Assert.Equal(("", ""), (await silence, await noResults));
        Assert.DoesNotContain("Exception", await serverNotices + await workerNotices, StringComparison.Ordinal);

        AssertOneTrace([.. collector.Spans]);
        AssertMetrics([.. collector.Points], report);

        // Names, ids and figures only.
        Assert.All(collector.Received, static sent => Assert.DoesNotContain("What is", Encoding.UTF8.GetString(sent), StringComparison.Ordinal));
    }

    private static void AssertOneTrace(List<Collector.Span> spans)
    {
        var upload = Assert.Single(spans, static span => span.Kind == 2 && span.Attributes.GetValueOrDefault("http.request.method") == "POST" && span.Attributes.GetValueOrDefault("url.path") == "/api/runs");
        Assert.All(spans, static span => Assert.False(span.Attributes.ContainsKey("url.query")));
        Assert.Equal("", upload.Parent);
        Assert.Equal(("medqa", "test"), (upload.Process["service.name"], upload.Process["deployment.environment.name"]));
        var trace = spans.Where(span => span.Trace == upload.Trace).ToDictionary(static span => span.Id);
        Assert.Single(trace.Values, span => span.Name == "split question set" && span.Parent == upload.Id);

        // Every question once, each below a batch that came over the queue, and from both processes.
        var answers = trace.Values.Where(static span => span.Name == "answer question").ToList();
        Assert.Equal(Enumerable.Range(0, Questions), answers.Select(static span => int.Parse(span.Attributes["medqa.ordinal"], CultureInfo.InvariantCulture)).Order());
        Assert.Equal(2, answers.Select(static span => span.Process["service.instance.id"]).Distinct().Count());
        foreach (var answer in answers)
        {
            var way = new List<Collector.Span> { answer };
            while (way[^1].Parent.Length > 0)
            {
                way.Add(trace[way[^1].Parent]);
            }

            Assert.Equal([("answer question", 1), ("answer batch", 5), ("send batches", 4), ("advance run", 1), ("split question set", 1)], way[..^1].Select(static span => (span.Name, span.Kind)));
            Assert.Equal(upload.Id, way[^1].Id);
        }
    }

    private static void AssertMetrics(List<Collector.Point> points, JsonElement report)
    {
        // Of each series the last point.
        var last = points.GroupBy(static point => point.Series).Select(static series => series.MaxBy(static point => point.Time)!).ToList();
        Assert.Equal(Questions, Sum("medqa.questions", "{question}", static point => point.Attributes["medqa.outcome"] == "answered"));
        Assert.Equal(report.GetProperty("tokens").GetProperty("generated").GetDouble(), Sum("medqa.tokens", "{token}", static point => point.Attributes["gen_ai.token.type"] == "output"));
        var seconds = Sum("medqa.compute.time", "s", static _ => true);
        Assert.True(seconds > 0);
        Assert.Equal(seconds, Sum("medqa.question.duration", "s", static _ => true), 6);
        Assert.True(Sum("medqa.question.token.rate", "{token}/s", static _ => true) > 0);
        Assert.Equal(1, Sum("medqa.runs", "{run}", static point => point.Attributes["medqa.outcome"] == "Completed"));
        Assert.True(Sum("medqa.batch.attempts", "{attempt}", static point => point.Attributes["medqa.outcome"] == "Finished") > 1);
        Assert.All(last.Where(static point => point.Name == "medqa.tokens"), static point => Assert.Equal(("reasoner", "sums-11"), (point.Attributes["gen_ai.request.model"], point.Attributes["medqa.profile"])));
        Assert.Contains(last, static point => point.Name == "medqa.queue.age");
        Assert.Contains(last, static point => point.Name == "http.server.request.duration");

        double Sum(string name, string unit, Func<Collector.Point, bool> which) => last.Where(point => point.Name == name && point.Unit == unit).Where(which).Sum(static point => point.Value);
    }
}
