using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Questions;
using MedQA.Evaluation.Strategies;

namespace MedQA.Evaluation.Serialization;

/// <summary>The JSON form of a profile: its fields in the one order in which they are written, each with how it is read.</summary>
internal static class ProfileFields
{
    /// <summary>One field of the JSON form.</summary>
    /// <param name="Name">Its name in JSON.</param>
    /// <param name="Read">Puts its value into a profile; throws <see cref="FormatException"/> where the value is not allowed.</param>
    /// <param name="Write">Writes its value.</param>
    internal sealed record Field(string Name, Func<Profile, JsonElement, Profile> Read, Action<Utf8JsonWriter, Profile> Write);

    /// <summary>All fields in order. The order is part of a run's id: append, never reorder.</summary>
    public static ImmutableArray<Field> All { get; } =
    [
        Text("name", static p => p.Name, static (p, v) => p with { Name = v }, NameProblem),
        new(
            "strategy",
            static (p, value) => value.ValueKind == JsonValueKind.String && BuiltInProfiles.Find(value.GetString()!) is { } builtIn
                ? builtIn with { Name = p.Name }
                : throw Wrong(value, "one of " + StrategyNames),
            static (writer, p) => writer.WriteString("strategy", p.Strategy.Name)),
        Choice("format", static p => p.Format, static (p, v) => p with { Format = v }),
        OptionalText("system", static p => p.System, static (p, v) => p with { System = v }),
        Text("instruction", static p => p.Instruction, static (p, v) => p with { Instruction = v }),
        OptionalText("template", static p => p.Template, static (p, v) => p with { Template = v }),
        Text("optionTemplate", static p => p.OptionTemplate, static (p, v) => p with { OptionTemplate = v }),
        Text("optionSeparator", static p => p.OptionSeparator, static (p, v) => p with { OptionSeparator = v }),
        OptionalText("answerTemplate", static p => p.AnswerTemplate, static (p, v) => p with { AnswerTemplate = v }),
        OptionalChoice(
            "answerSpace",
            static p => p.AnswerSpace,
            static (p, v) => p with { AnswerSpace = v },
            AnswerSpace.Letters,
            AnswerSpace.Words,
            AnswerSpace.OptionTexts),
        Choice("examplesAs", static p => p.ExamplesAs, static (p, v) => p with { ExamplesAs = v }),
        OptionalText("exemplarSet", static p => p.ExemplarSet, static (p, v) => p with { ExemplarSet = v }),
        Integer("exemplars", static p => p.Exemplars, static (p, v) => p with { Exemplars = v }, 0, 100),
        Examples("examples", static p => p.Examples, static (p, v) => p with { Examples = v }),
        Choice("exemplarSelection", static p => p.ExemplarSelection, static (p, v) => p with { ExemplarSelection = v }),
        Integer("samples", static p => p.Samples, static (p, v) => p with { Samples = v }, 1, Profile.MaxSamples),
        Number("temperature", static p =>
            p.Temperature, static (p, v) => p with { Temperature = v }, static v => v is >= 0 and <= 10, "a number from 0 to 10"),
        Number("topP", static p =>
            p.TopP, static (p, v) => p with { TopP = v }, static v => v is > 0 and <= 1, "a number above 0, at most 1"),
        Integer("topK", static p => p.TopK, static (p, v) => p with { TopK = v }, 0, int.MaxValue),
        Number("minP", static p => p.MinP, static (p, v) => p with { MinP = v }, static v => v is >= 0 and <= 1, "a number from 0 to 1"),
        Integer("maxTokens", static p => p.MaxTokens, static (p, v) => p with { MaxTokens = v }, 1, 1_000_000),
        Texts("stop", static p => p.Stop, static (p, v) => p with { Stop = v }),
        OptionalText("answerCue", static p => p.AnswerCue, static (p, v) => p with { AnswerCue = v }, CueProblem),
        Choice("onUnparsed", static p => p.OnUnparsed, static (p, v) => p with { OnUnparsed = v }),
        Choice("stopRule", static p => p.StopRule, static (p, v) => p with { StopRule = v }),
        Number("stopProbability", static p => p.StopProbability, static (p, v) =>
            p with { StopProbability = v }, static v => v is > 0.5 and < 1, "a number above 0.5 and below 1"),
        Integer("waveSize", static p => p.WaveSize, static (p, v) => p with { WaveSize = v }, 1, 1000),
        Integer("refinements", static p => p.Refinements, static (p, v) => p with { Refinements = v }, 0, 1000),
        WholeNumber("seed", static p => p.Seed, static (p, v) => p with { Seed = v }),
        Date("templateDate", static p => p.TemplateDate, static (p, v) => p with { TemplateDate = v }),
        Integer("maxSeconds", static p => p.MaxSeconds, static (p, v) => p with { MaxSeconds = v }, 1, 86_400),
        LeftOut(
            OptionalText(
                "prefix",
                static p => p.Prefix,
                static (p, v) => p with { Prefix = v },
                static v => v is null ? null : NameProblem(v) is { } allowed ? $"null, or the name of a prefix: {allowed}" : null),
            static p => p.Prefix is null),
        LeftOut(
            new(
                "modelOptions",
                static (p, value) => p with
                {
                    ModelOptions = value.ValueKind == JsonValueKind.Null ? null : ModelOptions.Canonical(value)
                },
                static (writer, p) =>
                {
                    writer.WritePropertyName("modelOptions");
                    writer.WriteRawValue(p.ModelOptions!);
                }),
            static p => p.ModelOptions is null),
        LeftOut(
            new(
                "templateArguments",
                static (p, value) => p with
                {
                    TemplateArguments = value.ValueKind == JsonValueKind.Null ? null : TemplateArguments.Canonical(value)
                },
                static (writer, p) =>
                {
                    writer.WritePropertyName("templateArguments");
                    writer.WriteRawValue(p.TemplateArguments!);
                }),
            static p => p.TemplateArguments is null),
        LeftOut(
            OptionalInteger("thinkingTokens", static p => p.ThinkingTokens, static (p, v) => p with { ThinkingTokens = v }, 0, 1_000_000),
            static p => p.ThinkingTokens is null),
        People("exampleAuthors", static p => p.ExampleAuthors, static (p, v) => p with { ExampleAuthors = v }, canBeEmpty: false),
        People("exampleReviewers", static p => p.ExampleReviewers, static (p, v) => p with { ExampleReviewers = v }, canBeEmpty: true),
    ];

    /// <summary>
    /// What a list of profiles adds to a profile: what its strategy does, and gives, and the profile's hash. It is not part of the profile,
    /// so it is ignored where one is read.
    /// </summary>
    public static ImmutableArray<Field> Listed { get; } =
    [
        new("description", static (p, _) => p, static (writer, p) => writer.WriteString("description", p.Strategy.Description)),
        new(
            "writesFreeAnswers",
            static (p, _) => p,
            static (writer, p) => writer.WriteBoolean("writesFreeAnswers", p.Strategy.WritesFreeAnswers)),
        new(
            "takesSamples",
            static (p, _) => p,
            static (writer, p) => writer.WriteBoolean("takesSamples", p.Strategy.TakesSamples)),
        new(
            "scoresOptions",
            static (p, _) => p,
            static (writer, p) => writer.WriteBoolean("scoresOptions", p.Strategy.ScoresOptions)),
        new("hash", static (p, _) => p, static (writer, p) => writer.WriteString("hash", CanonicalJson.HashOf(p))),
    ];

    /// <summary>What a list says of a profile that its service knows only: whether callers have stored it.</summary>
    public const string Stored = "stored";

    /// <summary>The names of all strategies, as a phrase.</summary>
    public static string StrategyNames => string.Join(", ", BuiltInProfiles.All.Select(static profile => profile.Strategy.Name));

    /// <summary>Returns a value as people wrote it, short enough for a message.</summary>
    public static string Quote(JsonElement value)
    {
        var text = value.GetRawText();
        return text.Length <= 60 ? text : string.Concat(text.AsSpan(0, 57), "…");
    }

    private static string? NameProblem(string name)
    {
        const string Allowed = "1 to 64 lower-case letters, digits and hyphens";
        return name.Length is > 0 and <= 64 && name.All(static c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-')
            ? null
            : Allowed;
    }

    private static string? CueProblem(string? cue) =>
        cue is null || (cue.Length > 0 && !char.IsWhiteSpace(cue[^1]))
            ? null
            : "null, or a text that does not end in white space (the continuations bring their own)";

    private static FormatException Wrong(JsonElement value, string allowed) => new($"is {Quote(value)}, but must be {allowed}.");

    private static Field Text(
        string name, Func<Profile, string> get, Func<Profile, string, Profile> set, Func<string, string?>? problem = null) => new(
        name,
        (profile, value) =>
        {
            if (value.ValueKind != JsonValueKind.String)
            {
                throw Wrong(value, problem?.Invoke("") ?? "a text");
            }

            var text = value.GetString()!;
            return problem?.Invoke(text) is { } allowed ? throw Wrong(value, allowed) : set(profile, text);
        },
        (writer, profile) => writer.WriteString(name, get(profile)));

    private static Field OptionalText(
        string name, Func<Profile, string?> get, Func<Profile, string?, Profile> set, Func<string?, string?>? problem = null) => new(
        name,
        (profile, value) =>
        {
            if (value.ValueKind is not (JsonValueKind.String or JsonValueKind.Null))
            {
                throw Wrong(value, "a text or null");
            }

            var text = value.GetString();
            return problem?.Invoke(text) is { } allowed ? throw Wrong(value, allowed) : set(profile, text);
        },
        (writer, profile) => writer.WriteString(name, get(profile)));

    /// <summary>Returns a field that came later and is left out where it has its usual value: runs from before it keep their ids.</summary>
    private static Field LeftOut(Field field, Func<Profile, bool> isUsual) => field with
    {
        Write = (writer, profile) =>
        {
            if (!isUsual(profile))
            {
                field.Write(writer, profile);
            }
        },
    };

    private static Field Integer(string name, Func<Profile, int> get, Func<Profile, int, Profile> set, int least, int most) => new(
        name,
        (profile, value) => value.ValueKind == JsonValueKind.Number
            && value.TryGetInt32(out var number)
            && number >= least
            && number <= most
            ? set(profile, number)
            : throw Wrong(
                value,
                most == int.MaxValue
                    ? $"a whole number, at least {least}"
                    : string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most:N0}")),
        (writer, profile) => writer.WriteNumber(name, get(profile)));

    private static Field OptionalInteger(
        string name, Func<Profile, int?> get, Func<Profile, int?, Profile> set, int least, int most) => new(
        name,
        (profile, value) => value.ValueKind == JsonValueKind.Null
            ? set(profile, null)
            : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= least && number <= most
            ? set(profile, number)
            : throw Wrong(value, string.Create(CultureInfo.InvariantCulture, $"null or a whole number from {least} to {most:N0}")),
        (writer, profile) => writer.WriteNumber(name, get(profile)!.Value));

    private static Field WholeNumber(string name, Func<Profile, long> get, Func<Profile, long, Profile> set) => new(
        name,
        (profile, value) => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number)
            ? set(profile, number)
            : throw Wrong(value, "a whole number of 64 bits"),
        (writer, profile) => writer.WriteNumber(name, get(profile)));

    private static Field Number(
        string name, Func<Profile, double> get, Func<Profile, double, Profile> set, Func<double, bool> allowed, string what) => new(
        name,
        (profile, value) => value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && allowed(number)
            ? set(profile, number)
            : throw Wrong(value, what),
        (writer, profile) => writer.WriteNumber(name, get(profile)));

    private static Field Choice<T>(string name, Func<Profile, T> get, Func<Profile, T, Profile> set)
        where T : struct, Enum
    {
        var values = Enum.GetValues<T>();
        return new(
            name,
            (profile, value) => Chosen(value, values) is { } chosen ? set(profile, chosen) : throw Wrong(value, "one of " + Names(values)),
            (writer, profile) => writer.WriteString(name, EnumNames.Of(get(profile))));
    }

    private static Field OptionalChoice<T>(string name, Func<Profile, T?> get, Func<Profile, T?, Profile> set, params T[] values)
        where T : struct, Enum => new(
        name,
        (profile, value) => value.ValueKind == JsonValueKind.Null
            ? set(profile, null)
            : Chosen(value, values) is { } chosen ? set(profile, chosen) : throw Wrong(value, $"null or one of {Names(values)}"),
        (writer, profile) => writer.WriteString(name, get(profile) is { } chosen ? EnumNames.Of(chosen) : null));

    private static T? Chosen<T>(JsonElement value, T[] values)
        where T : struct, Enum
    {
        var chosen = value.ValueKind == JsonValueKind.String ? EnumNames.Find<T>(value.GetString()) : null;
        return chosen is { } known && values.Contains(known) ? known : null;
    }

    private static string Names<T>(T[] values)
        where T : struct, Enum => string.Join(", ", values.Select(static value => $"\"{EnumNames.Of(value)}\""));

    private static Field Texts(
        string name, Func<Profile, ImmutableArray<string>> get, Func<Profile, ImmutableArray<string>, Profile> set) => new(
        name,
        (profile, value) =>
        {
            const string Allowed = "a list of at most 16 texts, none of them empty";
            if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > 16)
            {
                throw Wrong(value, Allowed);
            }

            var texts = ImmutableArray.CreateBuilder<string>(value.GetArrayLength());
            foreach (var item in value.EnumerateArray())
            {
                texts.Add(
                    item.ValueKind == JsonValueKind.String && item.GetString() is { Length: > 0 } text
                        ? text
                        : throw Wrong(value, Allowed));
            }

            return set(profile, texts.MoveToImmutable());
        },
        (writer, profile) =>
        {
            writer.WriteStartArray(name);
            foreach (var text in get(profile))
            {
                writer.WriteStringValue(text);
            }

            writer.WriteEndArray();
        });

    private static Field Examples(
        string name, Func<Profile, ImmutableArray<Exemplar>> get, Func<Profile, ImmutableArray<Exemplar>, Profile> set) => new(
        name,
        (profile, value) =>
        {
            if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > 100)
            {
                throw Wrong(value, "a list of at most 100 worked examples");
            }

            try
            {
                return set(profile, ExemplarFile.ReadAll(value));
            }
            catch (JsonException exception)
            {
                throw new FormatException($"has a worked example that cannot be used: {exception.Message}", exception);
            }
        },
        (writer, profile) =>
        {
            writer.WriteStartArray(name);
            foreach (var exemplar in get(profile))
            {
                ExemplarFile.Write(writer, exemplar);
            }

            writer.WriteEndArray();
        });

    private static Field People(
        string name,
        Func<Profile, ImmutableArray<ExemplarPerson>?> get,
        Func<Profile, ImmutableArray<ExemplarPerson>?, Profile> set,
        bool canBeEmpty) => LeftOut(
        new(
            name,
            (profile, value) =>
            {
                try
                {
                    return set(profile, value.ValueKind == JsonValueKind.Null ? null : ExemplarFile.ReadPeople(value, canBeEmpty));
                }
                catch (JsonException exception)
                {
                    throw new FormatException(
                        $"is {Quote(value)}, but must be null or a list of at most {ExemplarPerson.MostNamed} people such as "
                            + $"{{\"name\": \"J. Doe, cardiologist\", \"clinician\": true}}: {exception.Message}",
                        exception);
                }
            },
            (writer, profile) =>
            {
                writer.WritePropertyName(name);
                ExemplarFile.Write(writer, get(profile)!.Value);
            }),
        profile => get(profile) is null);

    private static Field Date(string name, Func<Profile, DateOnly> get, Func<Profile, DateOnly, Profile> set) => new(
        name,
        (profile, value) => value.ValueKind == JsonValueKind.String
            && DateOnly.TryParseExact(value.GetString(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? set(profile, date)
            : throw Wrong(value, "a date such as \"2026-01-31\""),
        (writer, profile) => writer.WriteString(name, get(profile).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)));
}
