using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using MedQA.Datasets;
using MedQA.Evaluation;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Questions;
using MedQA.Evaluation.Serialization;
using MedQA.Pipeline.Runs;

namespace MedQA.Pipeline.Storage;

/// <summary>
/// How the pipeline's blobs and messages are written: one line of JSON each, camelCase, enumerations by name (camelCase too), what is
/// unknown left out.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    IgnoreReadOnlyProperties = true,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    Converters =
    [
        typeof(EnumNameConverter<SampleEnd>), typeof(EnumNameConverter<AnswerNotation>), typeof(EnumNameConverter<PromptFormat>),
        typeof(EnumNameConverter<AnswerSpace>),
        typeof(EnumNameConverter<ExemplarPlacement>), typeof(EnumNameConverter<ExemplarSelection>),
        typeof(EnumNameConverter<UnparsedHandling>), typeof(EnumNameConverter<StopRule>), typeof(StrategyNameConverter),
    ])]
[JsonSerializable(typeof(AnsweredQuestion))]
[JsonSerializable(typeof(AnswerRow))]
[JsonSerializable(typeof(BatchQuestion))]
[JsonSerializable(typeof(BatchMessage))]
[JsonSerializable(typeof(CountedAnswer))]
[JsonSerializable(typeof(CountedBatch))]
[JsonSerializable(typeof(ProgressMark))]
[JsonSerializable(typeof(EndpointShares))]
[JsonSerializable(typeof(IndexedText))]
[JsonSerializable(typeof(RunAnnotation))]
[JsonSerializable(typeof(RunManifest))]
[JsonSerializable(typeof(RunSeal))]
[JsonSerializable(typeof(RunStop))]
[JsonSerializable(typeof(RunTombstone))]
internal sealed partial class PipelineJson : JsonSerializerContext
{
    /// <summary>
    /// Writes text as it is instead of escaping everything outside ASCII: these blobs are never pasted into HTML unescaped, and they are
    /// half as long.
    /// </summary>
    public static PipelineJson Compact => field ??= new(new JsonSerializerOptions(Default!.Options) 
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>
    /// Reads and writes answers without the texts and tokens of their reasonings: nine tenths of an answer, of which nothing is counted.
    /// They are passed over, and are empty.
    /// </summary>
    public static JsonTypeInfo<AnsweredQuestion> Counted =>
        field ??= (JsonTypeInfo<AnsweredQuestion>)WithoutTexts.GetTypeInfo(typeof(AnsweredQuestion));

    /// <summary>A line of a <see cref="CountedBatch"/>.</summary>
    public static JsonTypeInfo<CountedAnswer> CountedAnswers =>
        field ??= (JsonTypeInfo<CountedAnswer>)WithoutTexts.GetTypeInfo(typeof(CountedAnswer));

    private static JsonSerializerOptions WithoutTexts => field ??= new(Compact.Options)
    {
        TypeInfoResolver = ((IJsonTypeInfoResolver)Compact).WithAddedModifier(static type =>
        {
            if (type.Type == typeof(Reasoning))
            {
                PassOver(type, "text", "");
                PassOver(type, "tokens", ImmutableArray<int>.Empty);
            }
        }),
    };

    private static void PassOver<T>(JsonTypeInfo type, string name, T empty)
    {
        var property = type.Properties.First(property => property.Name == name);
        property.CustomConverter = new Passed<T>(empty);
        property.ShouldSerialize = static (_, _) => false;
        property.IsRequired = false;
    }

    /// <summary>Passes over a value.</summary>
    private sealed class Passed<T>(T empty) : JsonConverter<T>
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            reader.Skip();
            return empty;
        }

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
            throw new NotSupportedException("What is passed over is not written.");
    }
}
