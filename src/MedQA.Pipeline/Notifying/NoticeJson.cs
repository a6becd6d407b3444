using System.Text.Json.Serialization;
using MedQA.Evaluation;

namespace MedQA.Pipeline.Notifying;

/// <summary>How the bodies of notices are written: camelCase, what is unknown left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(EnumNameConverter<RunState>)])]
[JsonSerializable(typeof(RunEndedNotice))]
internal sealed partial class NoticeJson : JsonSerializerContext;
