using System.Buffers;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using MedQA.Evaluation.Profiles;

namespace MedQA.Evaluation.Serialization;

/// <summary>
/// The canonical bytes of a profile or protocol: UTF-8 without white space, every field (those with their usual values too, except
/// the prefix) in a fixed order, numbers in their shortest form. Part of a run's id, so equal protocols are equal runs, whatever their
/// files look like.
/// </summary>
public static class CanonicalJson
{
    // Only what JSON itself demands is escaped, so that the bytes do not depend on which characters an encoder thinks safe in HTML.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Returns the canonical bytes of a protocol.</summary>
    public static byte[] Of(Protocol protocol)
    {
        ArgumentNullException.ThrowIfNull(protocol);
        return Written(writer => Write(writer, protocol));
    }

    /// <summary>Returns the canonical bytes of a profile.</summary>
    public static byte[] Of(Profile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        return Written(writer => Write(writer, profile));
    }

    /// <summary>
    /// Returns the SHA-256 of a profile's canonical bytes, in lower-case hexadecimal digits: profiles with the same hash are the same.
    /// </summary>
    public static string HashOf(Profile profile) => Convert.ToHexStringLower(SHA256.HashData(Of(profile)));

    /// <summary>Returns a list of profiles to choose from: their fields, followed by what their strategies do.</summary>
    /// <param name="profiles">The profiles.</param>
    /// <param name="isStored">Says whether callers have stored one, and can delete it.</param>
    public static byte[] Catalog(IEnumerable<Profile> profiles, Func<Profile, bool> isStored)
    {
        ArgumentNullException.ThrowIfNull(profiles);
        ArgumentNullException.ThrowIfNull(isStored);
        return Written(writer =>
        {
            writer.WriteStartArray();
            foreach (var profile in profiles)
            {
                writer.WriteStartObject();
                WriteFields(writer, profile, [.. ProfileFields.All, .. ProfileFields.Listed]);
                writer.WriteBoolean(ProfileFields.Stored, isStored(profile));
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        });
    }

    /// <summary>Returns a profile as <see cref="Catalog"/> lists it, but not who stored it.</summary>
    public static byte[] Listed(Profile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        return Written(writer => Write(writer, profile, [.. ProfileFields.All, .. ProfileFields.Listed]));
    }

    internal static void Write(Utf8JsonWriter writer, Profile profile) => Write(writer, profile, ProfileFields.All);

    private static byte[] Written(Action<Utf8JsonWriter> write)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(bytes, Options))
        {
            write(writer);
        }

        return bytes.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter writer, Profile profile, ImmutableArray<ProfileFields.Field> fields)
    {
        writer.WriteStartObject();
        WriteFields(writer, profile, fields);
        writer.WriteEndObject();
    }

    private static void WriteFields(Utf8JsonWriter writer, Profile profile, ImmutableArray<ProfileFields.Field> fields)
    {
        foreach (var field in fields)
        {
            field.Write(writer, profile);
        }
    }

    private static void Write(Utf8JsonWriter writer, Protocol protocol)
    {
        writer.WriteStartObject();
        writer.WritePropertyName("profile");
        Write(writer, protocol.Profile);
        writer.WritePropertyName("exemplars");
        Write(writer, protocol.Exemplars);
        writer.WriteStartArray("datasetExemplars");
        foreach (var dataset in protocol.DatasetExemplars)
        {
            writer.WriteStartObject();
            writer.WriteString("dataset", dataset.Dataset);
            writer.WritePropertyName("exemplars");
            Write(writer, dataset.Exemplars);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        if (protocol.Prefix is { } prefix)
        {
            writer.WriteStartObject("prefix");
            writer.WriteString("hash", prefix.Hash);
            writer.WriteNumber("length", prefix.Length);
            writer.WriteString("modelFingerprint", prefix.ModelFingerprint);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, IEnumerable<Exemplar> exemplars)
    {
        writer.WriteStartArray();
        foreach (var exemplar in exemplars)
        {
            writer.WriteStartObject();
            writer.WriteString("id", exemplar.Id);
            writer.WriteString("text", exemplar.Text);
            writer.WriteString("context", exemplar.Context);
            writer.WriteStartArray("options");
            foreach (var option in exemplar.Options)
            {
                writer.WriteStringValue(option);
            }

            writer.WriteEndArray();
            if (exemplar.Answer is { } answer)
            {
                writer.WriteNumber("answer", answer);
            }
            else
            {
                writer.WriteNull("answer");
            }

            writer.WriteString("explanation", exemplar.Explanation);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
