using System.Collections.Immutable;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Randomness;
using MedQA.Evaluation.Statistics;

namespace MedQA.Evaluation.Reporting;

/// <summary>
/// Builds a run's report from its answers, one by one. Keeps counts, not answers: what it holds grows only with the number of
/// different question texts, data sets and topics, and with questions that come in pairs.
/// </summary>
/// <param name="metadata">The names of the questions' metadata; <see langword="null"/> for none.</param>
/// <param name="stopped">
/// The precision that was reached, of a run that stopped early: only answers before its stop are added. <see langword="null"/> for others.
/// </param>
public sealed class ReportAccumulator(IReadOnlyList<string>? metadata = null, AccuracyTarget? stopped = null)
{
    private readonly SequentialAccuracy? _sequential = stopped is null ? null : new(stopped);
    private readonly AccuracyTally _all = new();
    private readonly SortedDictionary<string, AccuracyTally> _datasets = new(StringComparer.Ordinal);
    private readonly SortedDictionary<(string Dataset, string Topic), AccuracyTally> _topics = new(OrdinalPairs);
    private readonly SortedDictionary<string, int> _failures = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, int> _unaskableReasons = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, int> _exemplarUses = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _engines = new(StringComparer.Ordinal);
    private readonly AgreementTally _votes = new();
    private readonly ConfidenceTally _confidences = new();
    private readonly SampleTally _samples = new();
    private readonly LetterTally _letters = new();
    private readonly SetTally _sets = new();
    private readonly CounterfactualPairsAccumulator? _pairs = PairsOf(metadata ?? []);
    private readonly HashSet<ulong> _fingerprints = [];
    private readonly int[] _ends = new int[Enum.GetValues<SampleEnd>().Length];
    private OptionScoring _optionScoring = new(0, 0, 0, 0);
    private int _questionsWithFixedOptions;
    private int _lastOrdinal = -1;
    private int _asked;
    private int _unanswered;
    private int _failed;
    private int _unaskable;
    private int _withoutGold;
    private long _promptTokens;
    private long _generatedTokens;
    private ThinkingFigures? _thinking;
    private double _seconds;
    private TokenUsage? _usage;

    /// <summary>How many answers were added.</summary>
    public int Count => _asked + _failed + _unaskable;

    private static Comparer<(string Dataset, string Topic)> OrdinalPairs { get; } =
        Comparer<(string Dataset, string Topic)>.Create(static (one, other) =>
            string.CompareOrdinal(one.Dataset, other.Dataset) is not 0 and var order
                ? order
                : string.CompareOrdinal(one.Topic, other.Topic));

    /// <summary>
    /// Counts an answer. Answers come in the order of their ordinals, so that sums of fractions are the same in every run.
    /// </summary>
    /// <param name="answered">The answer.</param>
    /// <param name="metadata">The metadata of its question, for questions that come in pairs.</param>
    /// <param name="options">The options of its question, for questions that come in pairs.</param>
    /// <exception cref="ArgumentException">The ordinal is not above the last one: an answer came twice or out of order.</exception>
    public void Add(
        AnsweredQuestion answered, IReadOnlyDictionary<string, string>? metadata = null, IReadOnlyList<string>? options = null)
    {
        ArgumentNullException.ThrowIfNull(answered);
        if (answered.Ordinal <= _lastOrdinal)
        {
            throw new ArgumentException(
                $"The answer with ordinal {answered.Ordinal} came after the one with ordinal {_lastOrdinal}: a report takes each answer "
                    + "once, in the order of their ordinals.",
                nameof(answered));
        }

        _lastOrdinal = answered.Ordinal;
        if (QuestionCluster.NumberOf(answered.QuestionFingerprint) is { } fingerprint)
        {
            _fingerprints.Add(fingerprint);
        }

        _sequential?.Add(answered);
        _pairs?.Add(answered, metadata, options);
        answered = answered.OverSets();
        _all.Add(answered);
        Tally(_datasets, answered.Dataset).Add(answered);
        if (answered.Topic is { Length: > 0 } topic)
        {
            Tally(_topics, (answered.Dataset, topic)).Add(answered);
        }

        _seconds += answered.Seconds;
        _usage = answered.Usage is { } usage ? (_usage ?? TokenUsage.None) + usage : _usage;
        if (answered.EngineFingerprint.Length > 0)
        {
            _engines.Add(answered.EngineFingerprint);
        }

        if (answered.Failure is { } failure)
        {
            var codes = failure.IsOfQuestion ? _unaskableReasons : _failures;
            codes[failure.Code] = codes.GetValueOrDefault(failure.Code) + 1;
            _failed += failure.IsOfQuestion ? 0 : 1;
            _unaskable += failure.IsOfQuestion ? 1 : 0;
            return;
        }

        _asked++;
        _votes.Add(answered);
        _confidences.Add(answered);
        AddOptionScoring(answered);
        _questionsWithFixedOptions += answered.FixedOptions > 0 ? 1 : 0;
        _samples.Add(answered);
        foreach (var exemplar in answered.ExemplarIds)
        {
            _exemplarUses[exemplar] = _exemplarUses.GetValueOrDefault(exemplar) + 1;
        }

        _letters.Add(answered);
        _sets.Add(answered);
        _unanswered += answered is { OptionCount: > 0, Answer: null } ? 1 : 0;
        _withoutGold += answered.Gold is null ? 1 : 0;
        AddCost(answered);
    }

    /// <summary>Returns the report on all answers that were added. Can be called again after more answers.</summary>
    /// <exception cref="ArgumentException">More answers were added than the header says the file has usable rows.</exception>
    public RunReport Build(ReportHeader header)
    {
        ArgumentNullException.ThrowIfNull(header);
        var accepted = header.Rows - header.Rejected;
        if (Count > accepted)
        {
            throw new ArgumentException(
                $"The run has {Count} answers, but its question set has {header.Rows} rows of which {header.Rejected} were rejected.",
                nameof(header));
        }

        var provisional = header.Finished is null || (Count < accepted && stopped is null);
        var (strategy, key) = (header.Protocol.Profile.Strategy, RandomStream.KeyOf("bootstrap", header.Protocol.Profile.Seed, "", ""));
        var intervals = !provisional && _failed == 0 && stopped is null ? 0.95 : (double?)null;
        var confidence = _confidences.BuildAgreement(key, intervals, strategy);
        var datasets = _datasets.Select(dataset => BuildSlice(dataset.Key, null, dataset.Value)).ToImmutableArray();
        var macro = BuildMacro(datasets, [.. _datasets.Values.Select(static tally => tally.ScoreInterval()).OfType<Interval>()]);
        var report = new RunReport
        {
            QuestionSet = header.QuestionSet,
            QuestionSetHash = header.QuestionSetHash,
            Asked = _fingerprints.Count == 0 ? null : QuestionSketch.Of(_fingerprints),
            Protocol = header.Protocol,
            Model = header.Model,
            ModelFingerprint = header.ModelFingerprint,
            ModelFacts = header.ModelFacts,
            EvaluationRules = header.EvaluationRules,
            Provisional = provisional,
            Questions = new QuestionCounts
            {
                Rows = header.Rows,
                Rejected = header.Rejected,
                Accepted = accepted,
                Waiting = stopped is null ? accepted - Count : 0,
                NotAsked = stopped is null ? 0 : accepted - Count,
                Asked = _asked,
                Unanswered = _unanswered,
                Failed = _failed,
                Unaskable = _unaskable,
                WithoutGold = _withoutGold,
            },
            StoppedEarly = _sequential is null
                ? null
                : new StoppedEarly(Count, accepted, stopped!.Points, _sequential.IntervalOf(null)!.Value),
            Accuracy = Known(_all.Build(), _sequential?.IntervalOf(null)),
            MacroAccuracy = macro,
            Datasets = datasets,
            Topics = [.. _topics.Select(topic => BuildSlice(topic.Key.Dataset, topic.Key.Topic, topic.Value))],
            Agreement = _votes.BuildAgreement(),
            ForcedVotes = _votes.BuildForced(calibrated: confidence is not null),
            Ties = _votes.BuildTies(),
            Reasonings = new ReasoningEnds(
                _ends.Sum(),
                _ends[(int)SampleEnd.EndToken],
                _ends[(int)SampleEnd.StopText],
                _ends[(int)SampleEnd.MaxTokens])
            {
                Filtered = _ends[(int)SampleEnd.ContentFilter]
            },
            Thinking = _thinking,
            Tokens = new TokenCounts(_promptTokens, _generatedTokens),
            Letters = stopped is null ? _letters.Build() : [.. _letters.Build().Select(static letter => letter with { Interval = null })],
            Sets = stopped is null ? _sets.Build() : _sets.Build() is { } sets
                ? sets with { PrecisionInterval = null, RecallInterval = null }
                : null,
            Confidence = Known(confidence),
            OptionConfidence = Known(_confidences.BuildProbability(key, intervals)),
            StoppingPosterior = Known(_confidences.BuildStoppingPosterior(key, intervals)),
            OptionScoring = _optionScoring.Scored == 0 ? null : _optionScoring,
            QuestionsWithFixedOptions = _questionsWithFixedOptions,
            Samples = _samples.Build(),
            Pairs = stopped is null ? _pairs?.Build(provisional: provisional) : null,
            PublishedEdition = header.PublishedEdition == 1 ? null : header.PublishedEdition,
            Published = PublishedResults.Beside(datasets, header.PublishedEdition),
            ExemplarUses = [.. _exemplarUses.Select(static use => new ExemplarUse(use.Key, use.Value))],
            Failures = [.. _failures.Select(static failure => new FailureCount(failure.Key, failure.Value))],
            UnaskableReasons = [.. _unaskableReasons.Select(static failure => new FailureCount(failure.Key, failure.Value))],
            Notes = header.Notes,
            Prompts = header.Prompts,
            Circumstances = new RunCircumstances
            {
                Run = header.Run,
                Revision = header.Revision,
                ETag = header.ETag,
                Created = header.Created,
                Finished = header.Finished,
                Seal = header.Seal,
                Seconds = _seconds,
                TokensPerSecond = _seconds > 0 ? _generatedTokens / _seconds : null,
                EngineFingerprints = [.. _engines],
                Endpoint = header.Endpoint,
                Usage = _usage,
            },
        };
        return report with { Warnings = ReportWarnings.Of(report) };
    }

    private static CounterfactualPairsAccumulator? PairsOf(IReadOnlyList<string> names) =>
        MetadataNames.Matching(names, CounterfactualPairs.PairName) is [var pair, ..]
            && MetadataNames.Matching(names, CounterfactualPairs.GroupName) is [var group, ..]
            ? new(pair, group)
            : null;

    private static AccuracyTally Tally<TKey>(SortedDictionary<TKey, AccuracyTally> tallies, TKey key)
        where TKey : notnull
    {
        if (!tallies.TryGetValue(key, out var tally))
        {
            tallies.Add(key, tally = new AccuracyTally());
        }

        return tally;
    }

    private Slice BuildSlice(string dataset, string? topic, AccuracyTally tally) => new(
        dataset,
        topic,
        tally.Questions,
        Known(tally.Build(), topic is null ? _sequential?.IntervalOf(dataset) : null),
        tally.MeanAgreement);

    /// <summary>Of a run that stopped early, what holds in spite of that: the interval at the stop, and none for a fixed number.</summary>
    private Accuracy Known(Accuracy accuracy, Interval? atStop) => stopped is null
        ? accuracy
        : accuracy with
        {
            Interval = accuracy.Value is null ? null : atStop,
            IntervalOfUnrelated = null,
            Clusters = null,
            StandardError = null,
        };

    /// <summary>
    /// Of a run that stopped early, the figures without the intervals for a fixed number of questions, and without the bins, which are
    /// shown with one.
    /// </summary>
    private ConfidenceReport? Known(ConfidenceReport? confidence) => stopped is null || confidence is null
        ? confidence
        : confidence with
        {
            Intervals = null,
            Bins = [],
            Levels = [.. confidence.Levels.Select(static level => level with { KeptInterval = null })],
            Deferral = [.. confidence.Deferral.Select(static point => point with { Interval = null })],
        };

    private MacroAccuracy? BuildMacro(ImmutableArray<Slice> datasets, ImmutableArray<Interval> intervals)
    {
        var accuracies = datasets.Select(static slice => slice.Accuracy).Where(static accuracy => accuracy.Value is not null).ToArray();
        if (accuracies.Length == 0)
        {
            return null;
        }

        var mean = accuracies.Average(static accuracy => accuracy.Value!.Value);
        if (datasets.Any(static slice => slice.Accuracy.Failed > 0))
        {
            return new MacroAccuracy(mean, accuracies.Length, null, null);
        }

        if (stopped is not null)
        {
            return new MacroAccuracy(mean, accuracies.Length, null, accuracies.Length == 1 ? accuracies[0].Interval : null);
        }

        var error =
            Math.Sqrt(accuracies.Sum(static accuracy => accuracy.StandardError!.Value * accuracy.StandardError.Value)) / accuracies.Length;
        var interval = accuracies.Length == 1
            ? accuracies[0].Interval!.Value
            : MeanInterval.Of([.. accuracies.Select(static accuracy => accuracy.Value!.Value)], intervals.AsSpan());
        return new MacroAccuracy(mean, accuracies.Length, error, interval);
    }

    private void AddOptionScoring(AnsweredQuestion answered)
    {
        if (answered is { Gold: { } gold, AnswerByCodePoints: { } byCodePoints, AnswerByBytes: { } byBytes })
        {
            var (scored, correct, correctByCodePoints, correctByBytes) = _optionScoring;
            _optionScoring = new OptionScoring(
                scored + 1,
                correct + (answered.Answer == gold ? 1 : 0),
                correctByCodePoints + (byCodePoints == gold ? 1 : 0),
                correctByBytes + (byBytes == gold ? 1 : 0));
        }
    }

    private void AddCost(AnsweredQuestion answered)
    {
        _promptTokens += answered.PromptTokens;
        foreach (var reasoning in answered.Reasonings)
        {
            _generatedTokens += reasoning.DrawnTokens;
            _ends[(int)reasoning.End]++;
            _thinking = ThinkingFigures.Add(_thinking, reasoning);
        }
    }
}
