using System.Globalization;
using System.Text.Json;

namespace MedQA.Evaluation;

/// <summary>
/// Stored data states its format version. Data without one has the first version; a later
/// version than the known one is refused, because it could be misread.
/// </summary>
public static class StoredFormat
{
    /// <summary>Throws if the version is later than the known one.</summary>
    /// <param name="what">The data's name, as the beginning of a sentence.</param>
    /// <param name="version">Its version; <see langword="null"/> if it says none.</param>
    /// <param name="known">The latest version that is known.</param>
    /// <exception cref="UnusableException">The version is later.</exception>
    public static void Check(string what, int? version, int known)
    {
        if (version > known)
        {
            throw new UnusableException(string.Create(
                CultureInfo.InvariantCulture,
                $"{what} was written by a newer version of medqa (format {version}; this one reads up to {known}): update medqa."));
        }
    }

    /// <summary>Throws if JSON has a later version than the known one, before anything else is read.</summary>
    /// <param name="what">The data's name, as the beginning of a sentence.</param>
    /// <param name="utf8">An object; anything else is accepted here.</param>
    /// <param name="property">The property that has its version.</param>
    /// <param name="known">The latest version that is known.</param>
    /// <exception cref="UnusableException">The version is later.</exception>
    public static void Check(string what, ReadOnlySpan<byte> utf8, string property, int known) =>
        Check(what, VersionOf(utf8, property), known);

    private static int? VersionOf(ReadOnlySpan<byte> utf8, string property)
    {
        try
        {
            var reader = new Utf8JsonReader(utf8.StartsWith("\uFEFF"u8) ? utf8[3..] : utf8);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return null;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isVersion = reader.ValueTextEquals(property);
                reader.Read();
                if (isVersion)
                {
                    return reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var version) ? version : null;
                }

                reader.Skip();
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Its reader says what is wrong with it.
        }

        return null;
    }
}
