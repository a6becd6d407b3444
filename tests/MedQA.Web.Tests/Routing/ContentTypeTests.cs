using System.Net;
using MedQA.Web.Dashboard;
using MedQA.Web.Routing;
using MedQA.Web.Runs;
using MedQA.Web.Tests.Catalog;

namespace MedQA.Web.Tests.Routing;

/// <summary>What answers say that they are.</summary>
public sealed class ContentTypeTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_media_type_is_written_in_one_form_whatever_route_answers()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString(), new ApiLimits { WatchFor = TimeSpan.FromMilliseconds(20) });
        await using var held = await ApiServer.StartAsync(azurite.NewConnectionString(), held: true);
        var place = await KnownCalls.PlaceAsync(server, held);
        var seen = new List<(string Name, string Type)>();
        var named = ApiRoutes.All.Select(static route => (route.Name, Kinds: route.Contract!.Answers.Sum(static answer => answer.Contents.Length))).Where(static route => route.Kinds > 0);
        foreach (var route in ApiRoutes.All.OrderBy(static route => route.IsChange))
        {
            var good = KnownCalls.Good(route.Name, place);
            var isHeld = route.Name is "CancelRun" or "ApproveRun";
            var call = route.Name switch
            {
                "CancelRun" or "ApproveRun" => good with { Path = good.Path.Replace(place.Run, place.HeldRun, StringComparison.Ordinal) },
                "RetryRun" => good with { Path = good.Path.Replace(place.Run, place.CancelledRun, StringComparison.Ordinal) },
                "DeleteRun" => good with { Path = $"/api/runs/{place.OtherRun}" },
                "DeleteStudy" => good with { Path = $"/api/studies/{place.Study.Other}" },
                "SubmitRating" => good with { Rater = place.Study.Tokens[4] },
                "StopRating" => good with { Rater = place.Study.Tokens[3] },
                _ => good,
            };
            string?[] formats = route.Contract!.IsFile || route.IsChange ? [null] : [.. route.Contract.MediaTypes];
            foreach (var format in formats)
            {
                await LookAsync(route.Name, isHeld ? held : server, new HttpMethod(route.Method), call with { Accept = format });
            }

            // What no route knows, and what is refused.
            await LookAsync($"{route.Name} refused", server, new HttpMethod(route.Method), call with { Path = $"{call.Path.Split('?')[0]}?unknown=1" });
        }

        foreach (var file in RunFiles.All)
        {
            await LookAsync(file.Name, server, HttpMethod.Get, new Call($"/api/runs/{place.Run}/files/{file.Name}"));
        }

        foreach (var path in (string[])["/", "/rate", "/rate/rate.js", "/nowhere", .. DashboardFile.All.Select(static file => $"/dashboard/{file.Name}")])
        {
            await LookAsync(path, server, HttpMethod.Get, new Call(path));
        }

        // Every route has been heard in as many formats as it has.
        Assert.All(named, route => Assert.True(seen.Exists(answer => answer.Name == route.Name && !answer.Type.Contains("problem", StringComparison.Ordinal)), $"{route.Name} has not answered."));
        Assert.All(seen.GroupBy(static answer => answer.Type.Split(';')[0]), static type => Assert.True(
            type.Select(static answer => answer.Type).Distinct().Count() == 1,
            string.Join("; ", type.DistinctBy(static answer => answer.Type).Select(static answer => $"{answer.Name} says {answer.Type}"))));
        Assert.All(seen.Where(static answer => answer.Type.Contains("json", StringComparison.Ordinal)), static answer => Assert.DoesNotContain(';', answer.Type));
        held.Model.Go.TrySetResult();

        async Task LookAsync(string name, ApiServer asked, HttpMethod method, Call call)
        {
            using var answer = await KnownCalls.SendAsync(asked.Client, method, call);
            var body = await answer.Content.ReadAsByteArrayAsync(Cancel);
            if (body.Length > 0 || answer.StatusCode == HttpStatusCode.OK)
            {
                seen.Add((name, answer.Content.Headers.ContentType?.ToString() ?? $"no type; {method} {call.Path}"));
            }
        }
    }
}
