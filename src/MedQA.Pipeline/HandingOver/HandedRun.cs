using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using MedQA.Datasets;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Prompting;
using MedQA.Evaluation.Questions;
using MedQA.Evaluation.Reporting;
using MedQA.Evaluation.Reporting.Documents;
using MedQA.Pipeline.Runs;

namespace MedQA.Pipeline.HandingOver;

/// <summary>A run with its report, as it is written in the formats of other evaluation tools.</summary>
/// <param name="Summary">The run.</param>
/// <param name="Manifest">Its manifest.</param>
/// <param name="Report">Its last report: the formats state its figures.</param>
internal sealed partial record HandedRun(RunSummary Summary, RunManifest Manifest, RunReport Report)
{
    /// <summary>The program that every format names as the run's.</summary>
    public const string Library = "MedQA.Functions";

    /// <summary>The program's version, without the commit.</summary>
    public static string LibraryVersion { get; } =
        typeof(HandedRun).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>The run's id.</summary>
    public string Id => Summary.Run.ToString();

    /// <summary>How the questions were asked.</summary>
    public Profile Profile => Report.Protocol.Profile;

    /// <summary>What the answers say of the run's time: when the last one was written, or when the run was created.</summary>
    public DateTimeOffset Written => Report.Circumstances.Finished ?? Manifest.Created;

    /// <summary>Whether the run asks questions of more than one data set.</summary>
    public bool HasDatasets => Report.Datasets.Length > 1;

    /// <summary>The data set, or for several of them the question set, without its folder and extension.</summary>
    public string Task => Report.Datasets is [var only] ? only.Dataset : Path.GetFileNameWithoutExtension(Manifest.Name);

    /// <summary>How many samples a question is asked for; 1 where options are only scored.</summary>
    public int Samples => Math.Max(1, Profile.SamplesPerQuestion);

    /// <summary>What its model card says besides the report.</summary>
    public CardedRun Carded
    {
        get
        {
            var reading = Manifest.Reading;
            return new CardedRun
            {
                IsCancelled = Summary.State == RunState.Cancelled,
                ReadingOptions = (reading.NotationName is { } notation ? $" --answer-notation {notation}" : "")
                    + (reading.DropsFillers ? " --drop-fillers" : "")
                    + (reading.Limit is { } limit ? $" --limit {limit}" : "")
                    + (reading.Sample is { } sample ? $" --sample {sample}" : "")
                    + (reading.Until is { } points ? $" --until {AccuracyTarget.TextOf(points)}" : "")
                    + (reading.RightAnswers == RightAnswers.Several ? " --right-answers several" : ""),
                Map = Manifest.Map,
            };
        }
    }

    /// <summary>
    /// A question's id, unique in the run. Behind the first <c>/</c> is the question's own; in the data set's name, <c>/</c> is
    /// <c>%2F</c> and <c>%</c> is <c>%25</c>.
    /// </summary>
    public string IdOf(AnsweredQuestion answered) => HasDatasets
        ? answered.Dataset.Replace("%", "%25", StringComparison.Ordinal).Replace("/", "%2F", StringComparison.Ordinal) + $"/{answered.Id}"
        : answered.Id;

    /// <summary>
    /// The messages that the model was sent for the first sample of a question, or one that holds the text to continue; empty for a
    /// question that cannot be asked.
    /// </summary>
    public ImmutableArray<ChatMessage> PromptOf(Question question, AnsweredQuestion answered)
    {
        if (answered.Failure is { IsOfQuestion: true })
        {
            return [];
        }

        var asked = answered.Reasonings.FirstOrDefault()?.OptionOrder is { IsEmpty: false } order
            ? question with { Options = [.. order.Select(option => question.Options[option])] }
            : question;
        return PromptBuilder.Build(Report.Protocol.AsAsked(answered, question), asked) switch
        {
            ChatPrompt chat => chat.Messages,
            CompletionPrompt completion => [ChatMessage.User(completion.Text)],
            var other => throw new InvalidOperationException($"There is no text for a {other.GetType().Name}."),
        };
    }

    /// <summary>The messages of <see cref="PromptOf"/> as one text: roles in brackets, as in reports.</summary>
    public string TextOf(ImmutableArray<ChatMessage> prompt) => Profile.Format == PromptFormat.Completion
        ? string.Concat(prompt.Select(static message => message.Content))
        : string.Join("\n\n", prompt.Select(static message => $"[{message.Role}]\n{message.Content}"));

    /// <summary>A question with the text that it refers to.</summary>
    public static string TextOf(Question question) =>
        string.IsNullOrEmpty(question.Context) ? question.Text : $"{question.Context}\n\n{question.Text}";

    /// <summary>What a model thought, if that is known apart, and what it said.</summary>
    public static (string? Thought, string Said) PartsOf(Reasoning reasoning)
    {
        if (reasoning.SpokenPart is not { } spoken)
        {
            return (reasoning.Thought, reasoning.Text);
        }

        var thought = reasoning.Thought + reasoning.Text.Remove(spoken.Start, spoken.Length);
        return (thought.Length > 0 ? thought : null, reasoning.Text.Substring(spoken.Start, spoken.Length));
    }

    /// <summary>The letter of the option that was chosen, or the free answer; <see langword="null"/> if there is none.</summary>
    public string? AnswerOf(AnsweredQuestion answered) => answered.OptionCount == 0
        ? FreeAnswer.Of(answered, Profile.Stop)
        : answered.ChosenOptions?.ToString();

    /// <summary>Writes the votes: a number for each option, or for each set of options where several can be right.</summary>
    public static void WriteVotes(Utf8JsonWriter json, AnsweredQuestion answer)
    {
        if (answer.SetVotes is not { } sets)
        {
            json.WriteNumbers("votes", answer.Votes.Select(static votes => (double)votes));
            return;
        }

        json.WriteObject("set_votes", () =>
        {
            foreach (var (options, votes) in sets)
            {
                json.WriteNumber(options.ToString(), votes);
            }
        });
    }

    /// <summary>The tokens that a question used: as the model's service counts them, else as they were read and drawn here.</summary>
    public static (long Prompt, long Generated, long Thought) TokensOf(AnsweredQuestion answered) => answered.Usage is { } usage
        ? (usage.PromptTokens, usage.CompletionTokens, usage.ThoughtTokens)
        : (answered.PromptTokens, answered.GeneratedTokens, 0);

    /// <summary>A time as ISO 8601 with its zone.</summary>
    public static string TimeOf(DateTimeOffset time) =>
        time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'+00:00'", CultureInfo.InvariantCulture);

    /// <summary>A time as seconds since 1970.</summary>
    public static string UnixTimeOf(DateTimeOffset time) => time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    /// <summary>SHA-256 of a text's UTF-8 in lower-case hexadecimal digits.</summary>
    public static string HashOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>
    /// A name as a part of a path on every system: what is not a letter, a digit or one of <c>. _ -</c> becomes <c>_</c>.
    /// </summary>
    public static string FileNameOf(string name)
    {
        var part = NotInNames().Replace(name, "_").Trim('.');
        return part.Length == 0 ? "_" : part.Length > 100 ? part[..100].Trim('.') : part;
    }

    [GeneratedRegex(@"[^\p{L}\p{Nd}._-]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NotInNames();
}
