using System.Collections.Immutable;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Reporting;
using MedQA.Evaluation.Strategies;

namespace MedQA.Evaluation.Tests.Reporting;

/// <summary>Answers and headers for reports, made from votes.</summary>
internal static class Answers
{
    /// <summary>An answer whose samples voted as given: <c>"AAB-b"</c> for A, A, B, none, and B forced.</summary>
    public static AnsweredQuestion Of(int ordinal, string votes, char? gold, string dataset = "medqa", string? topic = null, int options = 4, char? answer = null)
    {
        var reasonings = votes.Select((vote, index) => new Reasoning
        {
            Index = index,
            Text = "Because.",
            Tokens = [1, 2],
            LogLikelihood = -3 - index,
            DrawnTokens = 3,
            End = vote == '-' || char.IsLower(vote) ? SampleEnd.MaxTokens : SampleEnd.EndToken,
            Answer = vote == '-' ? null : char.ToUpperInvariant(vote) - 'A',
            Forced = char.IsLower(vote),
        }).ToImmutableArray();
        var counts = Enumerable.Range(0, options).Select(option => reasonings.Count(reasoning => reasoning.Answer == option)).ToImmutableArray();
        var most = counts.DefaultIfEmpty(0).Max();
        return new AnsweredQuestion
        {
            Ordinal = ordinal,
            Id = $"q{ordinal}",
            Dataset = dataset,
            Topic = topic,
            QuestionFingerprint = $"{ordinal:x16}",
            OptionCount = options,
            Gold = gold - 'A',
            Answer = answer is { } given ? given - 'A' : most == 0 ? null : counts.IndexOf(most),
            Votes = counts,
            ForcedVotesPerOption = [.. Enumerable.Range(0, options).Select(option => reasonings.Count(reasoning => reasoning.Answer == option && reasoning.Forced))],
            SamplesAsked = votes.Length,
            Tie = most > 0 && counts.Count(count => count == most) > 1,
            TiedOptions = most == 0 ? 0 : counts.Count(count => count == most),
            Reasonings = reasonings,
            PromptTokens = 100,
            Seconds = 0.5,
            EngineFingerprint = "engine 1; cpu",
        };
    }

    public static AnsweredQuestion Failed(int ordinal, char? gold, string code = "workerCrashed", string dataset = "medqa") =>
        Of(ordinal, "", gold, dataset) with { Failure = new AnswerFailure(code, "It crashed."), Seconds = 0 };

    public static Profile Profile(string strategy = "self-consistency", int samples = 5) => new() { Name = strategy, Strategy = BuiltInProfiles.Find(strategy)!.Strategy, Samples = samples, Temperature = 0.7 };

    public static ReportHeader Header(int rows, int rejected = 0, Profile? profile = null) => new()
    {
        Run = "abcdefghijklmnop",
        QuestionSet = "medqa.csv",
        QuestionSetHash = "00ff",
        Protocol = new Protocol(profile ?? Profile(), []),
        Model = "smollm2-135m-instruct",
        ModelFingerprint = "beef",
        EvaluationRules = "1",
        Rows = rows,
        Rejected = rejected,
        Created = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        Finished = new DateTimeOffset(2026, 1, 2, 4, 4, 5, TimeSpan.Zero),
    };

    public static RunReport Report(ReportHeader header, params IEnumerable<AnsweredQuestion> answers)
    {
        var accumulator = new ReportAccumulator();
        foreach (var answered in answers)
        {
            accumulator.Add(answered);
        }

        return accumulator.Build(header);
    }
}
