using System.Globalization;
using System.Text.Json;
using MedQA.Dashboard.Tests.Fixtures;

namespace MedQA.Dashboard.Tests;

/// <summary>
/// How soon people see something, printed and not asserted: `dotnet test tests/MedQA.Dashboard.Tests -c Release -- xUnit.Explicit=only`. 100 runs and a run of
/// 10,000 questions are made by the pipeline with the stand-in model first, which takes minutes.
/// </summary>
public sealed class PaintTimes(Chromium chromium, AzuriteFixture azurite, ITestOutputHelper output)
{
    private const int Loads = 7;

    [Fact(Explicit = true)]
    public async Task First_paint_and_content_with_100_runs_and_with_10000_questions()
    {
        await using var server = await Server.StartAsync(azurite.NewConnectionString());
        for (var i = 0; i < 99; i++)
        {
            await server.RunAsync(Server.Questions(1, first: 10 + i), "few-shot", $"set-{i}.csv");
        }

        var large = await server.FinishedAsync(Server.Questions(10_000), name: "large.csv");
        await using var visit = await chromium.OpenAsync(server.Home);
        foreach (var (name, address, content) in ((string, string, string)[])
        [
            ("100 runs", "", "li.run-row"),
            ("a run of 10,000 questions", $"#/runs/{large}", ".headline .big"),
            ("its charts", $"#/runs/{large}", ".plot canvas"),
            ("its questions", $"#/runs/{large}/questions", ".question-row"),
            ("one of them", $"#/runs/{large}/questions?at=5000", ".detail .options"),
            ("its wrong answers", $"#/runs/{large}/questions?filter=wrong", ".question-row"),
            ("its deferred ones", $"#/runs/{large}/questions?filter=deferred", ".question-row"),
            ("a search in it", $"#/runs/{large}/questions?search=case%209999", ".question-row"),
        ])
        {
            var (paints, contents) = (new List<double>(), new List<double>());
            for (var load = 0; load < Loads; load++)
            {
                await visit.Page.GotoAsync("about:blank");
                await visit.Page.GotoAsync($"/{address}");
                await visit.Page.Locator(content).First.WaitForAsync();
                var times = await visit.Page.EvaluateAsync<JsonElement>("() => [performance.getEntriesByName('first-contentful-paint')[0].startTime, performance.now()]");
                paints.Add(times[0].GetDouble());
                contents.Add(times[1].GetDouble());
            }

            paints.Sort();
            contents.Sort();
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: first contentful paint {paints[Loads / 2]:0} ms (worst {paints[^1]:0}), content {contents[Loads / 2]:0} ms (worst {contents[^1]:0})"));
        }

        Assert.Empty(visit.Faults);
    }
}
