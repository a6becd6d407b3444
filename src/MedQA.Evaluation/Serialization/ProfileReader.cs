using System.Text;
using System.Text.Json;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Strategies;

namespace MedQA.Evaluation.Serialization;

/// <summary>Reads profiles from JSON.</summary>
/// <remarks>
/// <c>name</c> and <c>strategy</c> are required. Other fields default to the values of the built-in profile of that strategy, so that
/// a profile says only what it does differently. Comments and trailing commas are allowed; an unknown or duplicate field is
/// an error.
/// </remarks>
public static class ProfileReader
{
    private static readonly JsonDocumentOptions Options = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        MaxDepth = 8
    };

    /// <summary>Reads a profile from UTF-8 bytes, with or without a byte order mark.</summary>
    /// <param name="utf8">The JSON.</param>
    /// <param name="sourceName">Its source, for messages.</param>
    /// <exception cref="InputException">The profile cannot be used.</exception>
    public static Profile Parse(ReadOnlyMemory<byte> utf8, string sourceName)
    {
        if (utf8.Span.StartsWith("\uFEFF"u8))
        {
            utf8 = utf8[3..];
        }

        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(utf8, Options);
        }
        catch (JsonException exception)
        {
            throw ProfileFault.Of(
                sourceName,
                null,
                $"this is not JSON (line {(exception.LineNumber ?? 0) + 1}, column {(exception.BytePositionInLine ?? 0) + 1}).",
                exception);
        }

        using (document)
        {
            CheckTexts(utf8.Span, sourceName);
            return Read(document.RootElement, sourceName);
        }
    }

    /// <summary>Reads a profile from a text.</summary>
    /// <inheritdoc cref="Parse(ReadOnlyMemory{byte}, string)"/>
    public static Profile Parse(string json, string sourceName)
    {
        ArgumentNullException.ThrowIfNull(json);
        return Parse(Encoding.UTF8.GetBytes(json), sourceName);
    }

    /// <summary>Checks a profile that was made in code.</summary>
    /// <returns>The profile.</returns>
    /// <exception cref="InputException">A value is not allowed.</exception>
    public static Profile Check(Profile profile, string sourceName)
    {
        using var document = JsonDocument.Parse(CanonicalJson.Of(profile));
        return Read(document.RootElement, sourceName);
    }

    /// <summary>JSON may hold bytes and escapes that are not text: the parser finds them only where a text is taken out.</summary>
    private static void CheckTexts(ReadOnlySpan<byte> utf8, string sourceName)
    {
        var reader = new Utf8JsonReader(
            utf8,
            new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = Options.MaxDepth });
        while (reader.Read())
        {
            if (reader.TokenType is not (JsonTokenType.PropertyName or JsonTokenType.String))
            {
                continue;
            }

            try
            {
                reader.GetString();
            }
            catch (InvalidOperationException exception)
            {
                throw ProfileFault.Of(
                    sourceName,
                    null,
                    $"line {utf8[..(int)reader.TokenStartIndex].Count((byte)'\n') + 1} holds a text that is not valid Unicode; save the "
                        + "file as UTF-8.",
                    exception);
            }
        }
    }

    /// <param name="json">The profile.</param>
    /// <param name="sourceName">Its source, for messages.</param>
    /// <param name="isStored">Whether it comes from a manifest with its worked examples: then their set need not exist any more.</param>
    internal static Profile Read(JsonElement json, string sourceName, bool isStored = false)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw ProfileFault.Of(sourceName, null, $"a profile is a JSON object with the fields {FieldNames()}.");
        }

        var given = new HashSet<string>();
        foreach (var property in json.EnumerateObject())
        {
            if (property.Name != ProfileFields.Stored
                && !ProfileFields.All.Concat(ProfileFields.Listed).Any(field => field.Name == property.Name))
            {
                throw ProfileFault.Of(
                    sourceName, property.Name, $"is an unknown field{Suggestion(property.Name)}. The fields are {FieldNames()}.");
            }

            if (!given.Add(property.Name))
            {
                throw ProfileFault.Of(sourceName, property.Name, "appears twice.");
            }
        }

        foreach (var needed in (ReadOnlySpan<string>)["name", "strategy"])
        {
            if (!given.Contains(needed))
            {
                throw ProfileFault.Of(
                    sourceName,
                    needed,
                    needed == "strategy" ? $"is missing; it must be one of {ProfileFields.StrategyNames}." : "is missing.");
            }
        }

        // The fields are in order: name and strategy first, which sets all fields of its built-in profile.
        var profile = BuiltInProfiles.Default;
        foreach (var field in ProfileFields.All)
        {
            if (json.TryGetProperty(field.Name, out var value))
            {
                try
                {
                    profile = field.Read(profile, value);
                }
                catch (FormatException exception)
                {
                    throw ProfileFault.Of(sourceName, field.Name, exception.Message, exception);
                }
            }
        }

        if (profile.Examples.Length > 0)
        {
            // A profile's own worked examples replace the strategy's usual set, and all of them are used.
            profile = profile with
            {
                ExemplarSet = given.Contains("exemplarSet") ? profile.ExemplarSet : null,
                Exemplars = given.Contains("exemplars") ? profile.Exemplars : profile.Examples.Length,
            };
        }

        ThrowIfInconsistent(profile, sourceName);
        if (!isStored && profile.ExemplarSet is { } set && set != ExemplarSets.Auto && ExemplarSets.Find(set) is null)
        {
            throw ProfileFault.Of(
                sourceName,
                "exemplarSet",
                $"is \"{set}\", but must be null, \"{ExemplarSets.Auto}\" or one of {string.Join(", ", ExemplarSets.Names)}.");
        }

        return profile;
    }

    private static void ThrowIfInconsistent(Profile profile, string source)
    {
        var strategy = profile.Strategy;
        if (!strategy.TakesSamples && profile.Samples != 1)
        {
            throw ProfileFault.Of(source, "samples", $"is {profile.Samples}, but {strategy.Name} takes exactly 1.");
        }

        if (strategy.TakesSamples && profile.Temperature == 0 && profile.Samples > 1)
        {
            throw ProfileFault.Of(
                source, "temperature", $"is 0, but {profile.Samples} samples at temperature 0 would all be the same; 0.7 is usual.");
        }

        if (profile.Examples.Length > 0 && profile.ExemplarSet is not null)
        {
            throw ProfileFault.Of(
                source, "exemplarSet", $"is \"{profile.ExemplarSet}\", but the profile also has its own examples; remove one of the two.");
        }

        if (profile.Examples.IsEmpty && (profile.ExampleAuthors ?? profile.ExampleReviewers) is not null)
        {
            throw ProfileFault.Of(
                source,
                profile.ExampleAuthors is null ? "exampleReviewers" : "exampleAuthors",
                "is about \"examples\", but the profile has none of its own; a set says who wrote and reviewed it.");
        }

        if (profile.Exemplars > 0 && profile.ExemplarSet is null && profile.Examples.IsEmpty)
        {
            throw ProfileFault.Of(
                source,
                "exemplarSet",
                $"is null, but {profile.Exemplars} worked examples are asked for; name a set ({string.Join(", ", ExemplarSets.Names)}) or "
                    + $"\"{ExemplarSets.Auto}\", give \"examples\", or set \"exemplars\" to 0.");
        }

        if (strategy.Validate(profile) is var (field, problem))
        {
            throw ProfileFault.Of(source, field, problem);
        }

        ThrowIfThinkingInconsistent(profile, source);
        if (!strategy.StopsEarly && profile.StopRule != StopRule.None)
        {
            throw ProfileFault.Of(
                source,
                "stopRule",
                $"is \"{EnumNames.Of(profile.StopRule)}\", but only "
                    + $"{BuiltInProfiles.NamesWhere(static known => known.StopsEarly)} stops early.");
        }

        CheckTemplate(source, "template", profile.Template, PromptTemplate.QuestionPlaceholders);
        CheckTemplate(source, "optionTemplate", profile.OptionTemplate, PromptTemplate.OptionPlaceholders);
        CheckTemplate(source, "answerTemplate", profile.AnswerTemplate, PromptTemplate.OptionPlaceholders);
        CheckTemplate(source, "instruction", profile.Instruction, PromptTemplate.InstructionPlaceholders);
        if (profile.Template is { } template && !PromptTemplate.Parse(template).Mentions("question"))
        {
            throw ProfileFault.Of(source, "template", "has no placeholder {question}.");
        }
    }

    private static void ThrowIfThinkingInconsistent(Profile profile, string source)
    {
        if (profile.TemplateArguments is { } arguments)
        {
            if (profile.Format != PromptFormat.Chat)
            {
                throw ProfileFault.Of(
                    source,
                    "templateArguments",
                    "is for the model's chat template, but \"format\" is \"completion\", which uses none; remove it or use \"chat\".");
            }

            if (profile.ModelOptions is { } options && TemplateArguments.Twice(arguments, options) is { } twice)
            {
                throw ProfileFault.Of(
                    source,
                    "templateArguments",
                    $"has \"{twice}\", and \"modelOptions\" decides it too; remove it from one of the two.");
            }
        }

        if (profile.ThinkingTokens is not { } budget)
        {
            return;
        }

        if (profile.Strategy.ScoresOptions)
        {
            throw ProfileFault.Of(
                source,
                "thinkingTokens",
                $"is {budget}, but {profile.Strategy.Name} writes nothing, so that it thinks nothing either; remove it.");
        }

        if (budget >= profile.MaxTokens)
        {
            throw ProfileFault.Of(
                source,
                "thinkingTokens",
                $"is {budget}, but must be below \"maxTokens\", {profile.MaxTokens}: thought and answer share these, and the answer needs "
                    + "some; use a larger \"maxTokens\".");
        }
    }

    private static void CheckTemplate(string source, string field, string? template, IReadOnlyCollection<string> allowed)
    {
        if (template is null)
        {
            return;
        }

        try
        {
            foreach (var name in PromptTemplate.Parse(template).Placeholders)
            {
                if (!allowed.Contains(name)
                    && !(allowed == PromptTemplate.QuestionPlaceholders && name.Length == 1 && name[0] is >= 'a' and <= 'z'))
                {
                    throw ProfileFault.Of(
                        source,
                        field,
                        $"has the placeholder {{{name}}}, which does not exist; there are "
                            + string.Join(", ", allowed.Select(static placeholder => $"{{{placeholder}}}"))
                            + (allowed == PromptTemplate.QuestionPlaceholders ? " and {a} to {z}" : "")
                            + ". Write a literal brace twice.");
                }
            }
        }
        catch (FormatException exception)
        {
            throw ProfileFault.Of(source, field, exception.Message, exception);
        }
    }

    private static string FieldNames() => string.Join(", ", ProfileFields.All.Select(static field => field.Name));

    private static string Suggestion(string name) =>
        ClosestName.Of(name, ProfileFields.All.Select(static field => field.Name)) is { } meant ? $" (did you mean \"{meant}\"?)" : "";
}
