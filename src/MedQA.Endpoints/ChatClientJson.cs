using System.Text.Json.Serialization;

namespace MedQA.Endpoints;

/// <summary>Writes what a fingerprint is made of.</summary>
[JsonSerializable(typeof(string[]))]
internal sealed partial class ChatClientJson : JsonSerializerContext;
