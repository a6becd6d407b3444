using System.Collections.Immutable;
using MedQA.Datasets;
using MedQA.Datasets.Reading;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;
using MedQA.Pipeline.Queries;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Splitting;
using MedQA.Web.Contracts;
using MedQA.Web.Problems;
using MedQA.Web.Requests;
using Microsoft.AspNetCore.Http;

namespace MedQA.Web.Estimates;

/// <summary>What a run would take, before it is started.</summary>
internal static class EstimateHandlers
{
    private const int FirstRejected = 100;
    private const int EarlierRuns = 5;
    private const int LookedThrough = 4;
    private static readonly SplitOptions Limits = new();

    /// <summary>
    /// Reads the question set in the body to its end, and answers with what a run of it would take. Stores nothing of it.
    /// </summary>
    public static async Task<IResult> EstimateAsync(Api api, ApiRequest request, CancellationToken cancellationToken)
    {
        var name = request.Query("profile") ?? api.DefaultProfile;
        var profile = api.Profiles.Find(name) ?? throw Problem.UnknownProfile(name);
        var tally = new QuestionSetTally();
        var options = new QuestionSetOptions
        {
            FileName = SetParameters.Name(request, api.Limits),
            Dataset = Limits.DefaultDataset,
            AnswerNotation = request.Reading.Notation,
            DropsFillers = request.Reading.DropsFillers,
            Noted = tally.Note,
            MaxBytes = Limits.MaxBytes,
            MaxRows = Limits.MaxRows,
        };
        await using var body = LimitedBody.Of(request.Http, api.Limits.MaxUploadBytes);
        var model = api.Models.FirstOrDefault();
        var earlier = model is null ? [] : await EarlierAsync(api.Reader, model, profile, cancellationToken);
        var read = await ReadAsync(body, options, tally, cancellationToken);
        var rejected = await api.Splitter.WhyRejectedAsync(profile.Name, cancellationToken)
            ?? profile.GetIncompatibility(tally.Accepted, tally.FreeAnswers);
        var tokens = read.Tally.Accepted * profile.MostTokensPerQuestion;
        var shortage = api.Ledger is { } ledger ? await ledger.WhyWaitAsync(request.Caller, tokens, cancellationToken) : null;
        var estimate = WithFigures(
            new RunEstimate
            {
                Name = options.FileName,
                Profile = profile.Name,
                Model = model?.Name ?? "",
                Questions = read.Tally.Accepted,
                Graded = read.Tally.Accepted - read.Tally.WithoutGold - read.Tally.FreeAnswers,
                RejectedRows = read.Tally.Rejected,
                FirstRejected = read.Rejected,
                SamplesPerQuestion = 0,
                CallsPerQuestion = 0,
                MaxGeneratedTokens = 0,
                Warnings = [.. Warnings(read.Tally, rejected, shortage)],
            },
            profile,
            earlier);
        return Results.Json(estimate, WebJson.Readable.RunEstimate, Negotiation.Json);
    }

    private static IEnumerable<string> Warnings(QuestionSetTally tally, string? rejected, string? shortage)
    {
        if (rejected is not null)
        {
            yield return $"The run would be rejected: {rejected}";
        }

        if (tally.Accepted == 0)
        {
            yield return "The run would be rejected: no row can be used.";
        }

        if (shortage is not null)
        {
            yield return $"The run would wait until the day's budget has room for it, or somebody approves it: {shortage}.";
        }

        foreach (var note in tally.Notes())
        {
            yield return note;
        }
    }

    private static async Task<(QuestionSetTally Tally, ImmutableArray<UnusableRow> Rejected)> ReadAsync(
        Stream body, QuestionSetOptions options, QuestionSetTally tally, CancellationToken cancellationToken)
    {
        var rejected = ImmutableArray.CreateBuilder<UnusableRow>();
        await foreach (var row in QuestionSetReader.ReadAsync(body, options, cancellationToken))
        {
            tally.Add(row);
            if (row is RejectedRow bad && rejected.Count < FirstRejected)
            {
                rejected.Add(new UnusableRow(bad.Line, bad.Id, bad.Reason));
            }
        }

        return (tally, rejected.ToImmutable());
    }

    /// <summary>
    /// The newest finished runs of the same model and the same profile, word for word: a profile's name can have meant something else
    /// before.
    /// </summary>
    private static async Task<List<RunSummary>> EarlierAsync(
        RunReader reader, ModelDescription model, Profile profile, CancellationToken cancellationToken)
    {
        var (found, wanted) = (new List<RunSummary>(), CanonicalJson.Of(profile));
        string? continuation = null;
        for (var page = 0; page < LookedThrough; page++)
        {
            var runs = await reader.ListAsync(continuation, RunReader.MaxPage, cancellationToken);
            foreach (var run in runs.Runs)
            {
                if (run.State is RunState.Completed
                    or RunState.CompletedWithFailures && run.Profile == profile.Name && run.ModelFingerprint == model.Fingerprint
                    && await reader.GetManifestAsync(run.Run, cancellationToken)
                        is { Protocol.Profile: { } asked } && CanonicalJson.Of(asked).AsSpan().SequenceEqual(wanted))
                {
                    found.Add(run);
                    if (found.Count == EarlierRuns)
                    {
                        return found;
                    }
                }
            }

            if ((continuation = runs.Continuation) is null)
            {
                break;
            }
        }

        return found;
    }

    /// <summary>The figures of a profile for so many questions, as far as earlier runs tell them.</summary>
    /// <param name="estimate">The question set's part.</param>
    /// <param name="profile">How the questions would be asked.</param>
    /// <param name="earlier">Finished runs of the same model and profile, the newest first.</param>
    private static RunEstimate WithFigures(RunEstimate estimate, Profile profile, IReadOnlyList<RunSummary> earlier)
    {
        var totals = earlier.Aggregate(default(RunTotals), static (sum, run) => sum + run.Totals);
        var answered = totals.Done - totals.Failed - totals.Unaskable;
        estimate = estimate with
        {
            SamplesPerQuestion = profile.SamplesPerQuestion - profile.Refinements,
            CallsPerQuestion = Math.Max(1, profile.SamplesPerQuestion),
            MaxGeneratedTokens = estimate.Questions * profile.MostTokensPerQuestion,
        };
        return answered == 0
            ? estimate with
            {
                Unknown = [$"How many tokens and how much time it takes is not known: no run of profile {profile.Name} with model "
                    + $"{estimate.Model} has finished here yet. `medqa estimate` asks a few questions to find out."]
            }
            : estimate with
            {
                ExpectedGeneratedTokens = totals.GeneratedTokens * estimate.Questions / answered,
                TokensPerSecond = totals is { Seconds: > 0, GeneratedTokens: > 0 } ? totals.GeneratedTokens / totals.Seconds : null,
                ExpectedSeconds = totals.Seconds > 0 ? totals.Seconds * estimate.Questions / answered : null,
                BasedOn = [.. earlier.Select(
                    static run => new EarlierRun(
                        run.Run.ToString(),
                        run.Name,
                        run.Totals.Done - run.Totals.Failed - run.Totals.Unaskable,
                        run.Totals.GeneratedTokens,
                        run.Totals.Seconds))],
                Unknown = totals.Seconds > 0 ? [] : ["How much time it takes is not known: the earlier runs did not measure it."],
            };
    }
}
