using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;

namespace MedQA.Evaluation;

/// <summary>
/// The names under which the values of enumerations are sent and stored. A text from outside is exactly one of them, or not a
/// value: <see cref="Enum.TryParse{TEnum}(string, out TEnum)"/> would also take numbers that no value has, lists, and blanks.
/// </summary>
public static class EnumNames
{
    /// <summary>Returns every name of an enumeration as it is sent, in camel case, in the order of the values.</summary>
    public static ImmutableArray<string> All<T>()
        where T : struct, Enum => Known<T>.Names;

    /// <summary>Returns the name of a value as it is sent: in camel case.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The enumeration has no such value.</exception>
    public static string Of<T>(T value)
        where T : struct, Enum => Known<T>.Sent.TryGetValue(value, out var name)
            ? name
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"{typeof(T).Name} has no such value.");

    /// <summary>Returns the value of a name in camel case, or <see langword="null"/> if there is none of exactly that name.</summary>
    public static T? Find<T>(string? name)
        where T : struct, Enum => name is not null && Known<T>.BySent.TryGetValue(name, out var value) ? value : null;

    /// <summary>Returns the value of a name as written in code and in the columns of tables.</summary>
    /// <param name="name">The name, as <see cref="Enum.ToString()"/> writes it.</param>
    /// <exception cref="InvalidDataException">There is no value of exactly that name.</exception>
    public static T Stored<T>(string? name)
        where T : struct, Enum => name is not null && Known<T>.ByOwn.TryGetValue(name, out var value)
            ? value
            : throw new InvalidDataException($"The stored value '{name}' is not one of {string.Join(", ", Enum.GetNames<T>())}.");

    private static class Known<T>
        where T : struct, Enum
    {
        public static readonly ImmutableArray<string> Names = [.. Enum.GetNames<T>().Select(JsonNamingPolicy.CamelCase.ConvertName)];
        public static readonly FrozenDictionary<string, T> BySent = Names.Zip(Enum.GetValues<T>())
            .ToFrozenDictionary(static pair => pair.First, static pair => pair.Second, StringComparer.Ordinal);
        public static readonly FrozenDictionary<T, string> Sent =
            BySent.ToFrozenDictionary(static pair => pair.Value, static pair => pair.Key);
        public static readonly FrozenDictionary<string, T> ByOwn = Enum.GetNames<T>()
            .Zip(Enum.GetValues<T>())
            .ToFrozenDictionary(static pair => pair.First, static pair => pair.Second, StringComparer.Ordinal);
    }
}
