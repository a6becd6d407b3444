using System.Runtime.CompilerServices;
using MedQA.Datasets;
using MedQA.Datasets.Reading;
using MedQA.Evaluation;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Questions;
using MedQA.Evaluation.Serialization;
using MedQA.Evaluation.Strategies;
using MedQA.Pipeline.Budgeting;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Splitting;

namespace MedQA.Pipeline.Queries;

/// <summary>
/// Says what runs would take, from their question sets, their profiles and what earlier runs took; asks and stores nothing.
/// </summary>
/// <param name="reader">Reads earlier runs.</param>
/// <param name="splitter">Knows why a run would be rejected.</param>
/// <param name="model">What would answer; <see langword="null"/> where that is not known.</param>
/// <param name="ledger">Counts what the runs of a day take; <see langword="null"/> where there is no budget.</param>
public sealed class RunEstimates(RunReader reader, QuestionSetSplitter splitter, ModelDescription? model, BudgetLedger? ledger)
{
    private const int FirstRejected = 100;
    private const int EarlierRuns = 5;
    private const int LookedThrough = 4;
    private static readonly SplitOptions Limits = new();

    /// <summary>Reads a question set to its end, and says what a run of it would take.</summary>
    /// <param name="questionSet">The question set.</param>
    /// <param name="name">What it is called, with the extension that tells its form.</param>
    /// <param name="reading">How it is to be read.</param>
    /// <param name="profile">How its questions would be asked.</param>
    /// <param name="caller">Whose budget the run would count for.</param>
    /// <param name="alternatives">Profiles to say of, too, what their runs would take: as they are listed, and as they would ask.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <exception cref="InputException">It is no question set.</exception>
    public async Task<RunEstimate> ReadAsync(
        Stream questionSet,
        string name,
        SetReading reading,
        Profile profile,
        string caller,
        IReadOnlyList<(string Listed, Profile Profile)> alternatives,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(questionSet);
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(alternatives);
        var tally = new QuestionSetTally();
        var options = new QuestionSetOptions
        {
            FileName = name,
            Dataset = Limits.DefaultDataset,
            Noted = tally.Note,
            MaxBytes = Limits.MaxBytes,
            MaxRows = Limits.MaxRows,
        }.With(reading);
        var newest = new NewestRuns(reader);
        var considered = new List<Considered>();
        foreach (var (listed, one) in ((string, Profile)[])[(profile.Name, profile), .. alternatives])
        {
            considered.Add(new Considered(
                listed,
                one,
                model is { Endpoint: not null } ? new PromptCost(one, TokenEstimate.Of) : null,
                model is null ? [] : await EarlierAsync(newest, model, one, cancellationToken)));
        }

        var rejected = new List<RejectedRow>();
        await foreach (var row in QuestionSetReader.ReadAsync(questionSet, options, cancellationToken))
        {
            tally.Add(row);
            if (row is AcceptedRow { Question: var question })
            {
                considered.ForEach(one => one.Prompts?.Add(question));
            }
            else if (row is RejectedRow bad && rejected.Count < FirstRejected)
            {
                rejected.Add(bad);
            }
        }

        var (why, estimate) = await EstimateAsync(considered[0]);
        var shortage = ledger is null ? null : await ledger.WhyWaitAsync(caller, estimate.MaxGeneratedTokens, cancellationToken);
        var others = new List<ProfileEstimate>();
        foreach (var one in considered.Skip(1))
        {
            var (reason, other) = await EstimateAsync(one);
            others.Add(new ProfileEstimate
            {
                Profile = one.Listed,
                Rejection = reason,
                CallsPerQuestion = other.CallsPerQuestion,
                MaxGeneratedTokens = other.MaxGeneratedTokens,
                ExpectedGeneratedTokens = other.ExpectedGeneratedTokens,
                ExpectedSeconds = other.ExpectedSeconds,
                ExpectedCost = other.ExpectedCost,
                MaxCost = other.MaxCost,
            });
        }

        return estimate with { Warnings = [.. Warnings(estimate, why, shortage)], Alternatives = [.. others] };

        async Task<(string? Why, RunEstimate Estimate)> EstimateAsync(Considered one)
        {
            var sized = WithMaxCost(
                Sized(name, one.Profile, model?.Name ?? "", tally, rejected), one.Profile, model?.Endpoint, one.Prompts?.Tokens ?? 0);
            return (
                (ReferenceEquals(one, considered[0])
                    ? await splitter.WhyRejectedAsync(one.Profile, model?.Fingerprint, cancellationToken)
                    : model is null ? null : one.Profile.GetIncompatibility(model))
                    ?? one.Profile.GetIncompatibility(tally.Accepted, tally.FreeAnswers, tally.SeveralRight),
                WithFigures(sized, one.Profile, one.Earlier));
        }
    }

    /// <summary>What is known of a run from its question set and its profile alone, without asking anything.</summary>
    /// <param name="name">What the question set is called.</param>
    /// <param name="profile">How its questions would be asked.</param>
    /// <param name="model">The name of what would answer.</param>
    /// <param name="tally">The rows of the question set.</param>
    /// <param name="rejected">Those that cannot be used, at least the first 100.</param>
    public static RunEstimate Sized(
        string name, Profile profile, string model, QuestionSetTally tally, IEnumerable<RejectedRow> rejected)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(tally);
        return new RunEstimate
        {
            Name = name,
            Profile = profile.Name,
            Model = model,
            Questions = tally.Accepted,
            Graded = tally.Accepted - tally.WithoutGold - tally.FreeAnswers,
            FreeAnswers = tally.FreeAnswers,
            RejectedRows = tally.Rejected,
            FirstRejected = [.. rejected.Take(FirstRejected).Select(static row => new UnusableRow(row.Line, row.Id, row.Reason))],
            SamplesPerQuestion = profile.SamplesPerQuestion - profile.Refinements,
            CallsPerQuestion = Math.Max(1, profile.SamplesPerQuestion),
            MaxGeneratedTokens = tally.Accepted * profile.MostTokensPerQuestion,
            Warnings = [.. tally.Notes()],
            Metadata = tally.Metadata.Count == 0 ? null : [.. tally.Metadata],
        };
    }

    /// <summary>Adds what the service of a model could charge.</summary>
    /// <param name="estimate">The question set's part.</param>
    /// <param name="profile">How its questions would be asked.</param>
    /// <param name="endpoint">Where the model is; <see langword="null"/> for a model of the workers, which charges nothing.</param>
    /// <param name="promptTokens">The tokens of all prompts, each counted once.</param>
    public static RunEstimate WithMaxCost(RunEstimate estimate, Profile profile, ModelEndpoint? endpoint, long promptTokens)
    {
        ArgumentNullException.ThrowIfNull(estimate);
        ArgumentNullException.ThrowIfNull(profile);
        return endpoint is null ? estimate : estimate with
        {
            Host = endpoint.Host,
            Currency = endpoint.Prices?.Currency,
            MaxCost = endpoint.Prices is { } prices ? profile.MaxCost(prices, estimate.Questions, promptTokens) : null,
        };
    }

    /// <summary>Returns the estimated tokens of the prompts of questions, each counted once.</summary>
    public static long PromptTokensOf(Profile profile, IEnumerable<Question> questions)
    {
        ArgumentNullException.ThrowIfNull(questions);
        var prompts = new PromptCost(profile, TokenEstimate.Of);
        foreach (var question in questions)
        {
            prompts.Add(question);
        }

        return prompts.Tokens;
    }

    private static IEnumerable<string> Warnings(RunEstimate sized, string? rejected, string? shortage)
    {
        if (rejected is not null)
        {
            yield return $"The run would be rejected: {rejected}";
        }

        if (sized.Questions == 0)
        {
            yield return "The run would be rejected: it has no usable rows.";
        }

        if (shortage is not null)
        {
            yield return $"The run would wait for room in the day's budget or for approval: {shortage}.";
        }

        foreach (var note in sized.Warnings)
        {
            yield return note;
        }
    }

    /// <summary>
    /// The newest finished runs of the same model and the same profile, word for word: a profile's name can have meant something else
    /// before.
    /// </summary>
    private async Task<List<RunSummary>> EarlierAsync(
        NewestRuns newest, ModelDescription model, Profile profile, CancellationToken cancellationToken)
    {
        var (found, wanted) = (new List<RunSummary>(), CanonicalJson.Of(profile));
        await foreach (var run in newest.ReadAsync(cancellationToken))
        {
            if (run.State is RunState.Completed
                or RunState.CompletedWithFailures && run.Profile == profile.Name && run.ModelFingerprint == model.Fingerprint
                && await reader.GetManifestAsync(run.Run, cancellationToken)
                    is { Protocol.Profile: { } asked } && CanonicalJson.Of(asked).AsSpan().SequenceEqual(wanted))
            {
                found.Add(run);
                if (found.Count == EarlierRuns)
                {
                    break;
                }
            }
        }

        return found;
    }

    /// <summary>Adds the profile's figures for the number of questions, as far as earlier runs provide them.</summary>
    /// <param name="estimate">The question set's part.</param>
    /// <param name="profile">How the questions would be asked.</param>
    /// <param name="earlier">Finished runs of the same model and profile, the newest first.</param>
    private static RunEstimate WithFigures(RunEstimate estimate, Profile profile, IReadOnlyList<RunSummary> earlier)
    {
        var totals = earlier.Aggregate(default(RunTotals), static (sum, run) => sum + run.Totals);
        var answered = totals.Done - totals.Failed - totals.Unaskable;
        return answered == 0
            ? estimate with
            {
                Unknown = [$"The expected tokens and time are unknown: no run of profile {profile.Name} with model "
                    + $"{estimate.Model} has finished here yet. `medqa estimate` asks a few questions to measure them."]
            }
            : estimate with
            {
                ExpectedGeneratedTokens = totals.GeneratedTokens * estimate.Questions / answered,
                TokensPerSecond = totals is { Seconds: > 0, GeneratedTokens: > 0 } ? totals.GeneratedTokens / totals.Seconds : null,
                ExpectedCost = estimate.Currency is not null && totals.Cost > 0
                    ? (decimal)totals.Cost * estimate.Questions / answered
                    : null,
                ExpectedSeconds = totals.Seconds > 0 ? totals.Seconds * estimate.Questions / answered : null,
                BasedOn = [.. earlier.Select(
                    static run => new EarlierRun(
                        run.Run.ToString(),
                        run.Name,
                        run.Totals.Done - run.Totals.Failed - run.Totals.Unaskable,
                        run.Totals.GeneratedTokens,
                        run.Totals.Seconds))],
                Unknown = totals.Seconds > 0 ? [] : ["The expected time is unknown: the earlier runs did not measure it."],
            };
    }

    /// <summary>A profile and what its figures are made of.</summary>
    private sealed record Considered(string Listed, Profile Profile, PromptCost? Prompts, IReadOnlyList<RunSummary> Earlier);

    /// <summary>The newest runs, each page read when it is first wanted.</summary>
    private sealed class NewestRuns(RunReader reader)
    {
        private readonly List<RunPage> _pages = [];

        public async IAsyncEnumerable<RunSummary> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            for (var page = 0; page < LookedThrough && (page == 0 || _pages[page - 1].Continuation is not null); page++)
            {
                if (page == _pages.Count)
                {
                    _pages.Add(await reader.ListAsync(
                        page == 0 ? null : _pages[page - 1].Continuation, RunReader.MaxPage, cancellationToken));
                }

                foreach (var run in _pages[page].Runs)
                {
                    yield return run;
                }
            }
        }
    }
}
