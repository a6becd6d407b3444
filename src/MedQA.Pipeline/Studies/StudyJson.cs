using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MedQA.Pipeline.Studies;

/// <summary>How the blobs of studies are written: camelCase, enumerations by name, what is unknown left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(StudyManifest))]
[JsonSerializable(typeof(ImmutableArray<StudyAnswer>))]
[JsonSerializable(typeof(StudyQueues))]
[JsonSerializable(typeof(StoredSecret))]
internal sealed partial class StudyJson : JsonSerializerContext
{
    /// <summary>Writes text as it is instead of escaping everything outside ASCII.</summary>
    public static StudyJson Compact => field ??= new(new JsonSerializerOptions(Default!.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
