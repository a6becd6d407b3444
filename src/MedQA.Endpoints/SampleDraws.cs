using System.Collections.Immutable;
using MedQA.Endpoints.Protocol;
using MedQA.Evaluation.LanguageModels;

namespace MedQA.Endpoints;

/// <summary>Draws the samples of a question by as many requests as that takes.</summary>
internal static class SampleDraws
{
    /// <summary>Draws samples, several requests at the same time.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="perRequest">How many samples one request asks for at most.</param>
    /// <param name="ask">Asks for samples from an index on; fewer may come than were asked for, but at least one.</param>
    /// <param name="waiting">Is cancelled when a request fails, so that those not sent yet are not: the question has no answer
    /// then.</param>
    public static async Task<IReadOnlyList<Sample>> DrawAsync(
        SampleRequest request, int perRequest, Func<int, int, Task<ChatCompletion>> ask, CancellationTokenSource waiting)
    {
        var end = request.FirstIndex + request.Count;
        var draws = new List<Task<ImmutableArray<Sample>>>();
        for (var first = request.FirstIndex; first < end; first += perRequest)
        {
            draws.Add(DrawAllAsync(request, first, Math.Min(perRequest, end - first), ask, waiting));
        }

        Task all = Task.WhenAll(draws);
        await all.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        // Of several that ended, the one that failed tells why; the others were only called off.
        if (draws.Find(static draw => draw.IsFaulted) is { } failed)
        {
            await failed;
        }

        var samples = new List<Sample>(request.Count);
        foreach (var draw in draws)
        {
            samples.AddRange(await draw);
        }

        return samples;
    }

    private static async Task<ImmutableArray<Sample>> DrawAllAsync(
        SampleRequest request, int first, int count, Func<int, int, Task<ChatCompletion>> ask, CancellationTokenSource waiting)
    {
        var samples = ImmutableArray.CreateBuilder<Sample>(count);
        try
        {
            while (samples.Count < count)
            {
                var next = first + samples.Count;
                var completion = await ask(next, count - samples.Count);
                var usable = completion.Choices.Take(count - samples.Count).ToList();
                samples.AddRange(ServedSamples.Of(usable, completion.Usage, next, request.Stop));
            }
        }
        catch
        {
            await waiting.CancelAsync();
            throw;
        }

        return samples.DrainToImmutable();
    }
}
