using System.Globalization;
using MedQA.Evaluation;
using Microsoft.Extensions.Configuration;

namespace MedQA.Functions.Hosting;

/// <summary>The settings of a Functions app, read with messages that name them.</summary>
/// <param name="configuration">Their source: environment variables in Azure.</param>
internal sealed class AppSettings(IConfiguration configuration)
{
    /// <summary>Returns an optional setting; <see langword="null"/> if it is missing or empty.</summary>
    /// <param name="name">Its name, with <c>__</c> between its parts.</param>
    public string? Find(string name) => configuration[KeyOf(name)] is { Length: > 0 } value ? value : null;

    /// <summary>Whether a setting exists, or one whose name begins with its name and <c>__</c>.</summary>
    /// <param name="name">Its name, with <c>__</c> between its parts.</param>
    public bool Contains(string name) => configuration.GetSection(KeyOf(name)).Exists();

    /// <summary>Returns a required setting.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="meaning">What to set it to, for the message.</param>
    /// <exception cref="InputException">It is missing.</exception>
    public string Get(string name, string meaning) => Find(name) ?? throw Fault(name, $"is missing; set it to {meaning}.");

    /// <summary>Returns a parsed setting, or <see langword="null"/> if it is missing.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="wanted">What it must be, for the message.</param>
    /// <exception cref="InputException">It cannot be read.</exception>
    public T? Find<T>(string name, string wanted)
        where T : struct, IParsable<T> => Find(name) switch
        {
            null => null,
            var text when T.TryParse(text, CultureInfo.InvariantCulture, out var value) => value,
            var text => throw Fault(name, $"is '{text}', but must be {wanted}."),
        };

    /// <summary>Returns a setting that names an enumeration value, or <see langword="null"/> if it is missing.</summary>
    /// <exception cref="InputException">It is not one of the names.</exception>
    public T? FindName<T>(string name)
        where T : struct, Enum => Find(name) switch
        {
            null => null,
            var text
                when Enum.GetValues<T>().Where(known => known.ToString().Equals(text, StringComparison.OrdinalIgnoreCase)).ToArray()
                    is [var known] => known,
            var text => throw Fault(name, $"is '{text}', but must be one of {string.Join(", ", Enum.GetNames<T>())}."),
        };

    /// <summary>Returns a required address.</summary>
    /// <exception cref="InputException">It is missing or not an https address.</exception>
    public Uri GetAddress(string name, string meaning) =>
        Get(name, meaning) is var text && Uri.TryCreate(text, UriKind.Absolute, out var address)
            ? address
            : throw Fault(name, $"is '{text}', but must be an https address.");

    /// <summary>Creates the exception for an invalid setting; the message names it as in the app's settings.</summary>
    /// <param name="setting">Its name, with <c>__</c> between its parts.</param>
    /// <param name="problem">The rest of the sentence.</param>
    /// <param name="inner">The cause, if any.</param>
    public static InputException Fault(string setting, string problem, Exception? inner = null) =>
        InputException.Of($"App setting {setting}", problem, inner);

    private static string KeyOf(string name) => name.Replace("__", ":", StringComparison.Ordinal);
}
