using System.Net.Http.Headers;
using MedQA.Endpoints.Settings;
using MedQA.Evaluation;

namespace MedQA.Endpoints.Credentials;

/// <summary>A key from an environment variable, in a header.</summary>
internal sealed class KeyCredential : IRequestSigner
{
    private readonly KeyAuthentication _settings;
    private readonly string _key;

    private KeyCredential(KeyAuthentication settings, string key) => (_settings, _key) = (settings, key);

    public bool CanRenew => false;

    public string Remedy => $"Check the key in the environment variable {_settings.Variable}, and what it may be used for.";

    /// <summary>Reads the key.</summary>
    /// <param name="file">Where the variable is named, for messages.</param>
    /// <param name="settings">The variable and the header.</param>
    /// <param name="variables">Returns the value of an environment variable.</param>
    /// <exception cref="InputException">The variable is not set, or holds what no header can carry.</exception>
    public static KeyCredential Read(string file, KeyAuthentication settings, Func<string, string?> variables)
    {
        var key = variables(settings.Variable)?.Trim();
        var location = new FaultLocation(file, Parameter: settings.Variable, Field: "authentication.environmentVariable");
        if (string.IsNullOrEmpty(key))
        {
            throw new InputException(
                location,
                $"the environment variable {settings.Variable}, which holds the key of this service, is not set",
                "Set it for this process, or change 'authentication.environmentVariable'");
        }

        return key.All(static sign => sign is > ' ' and <= '~')
            ? new KeyCredential(settings, key)
            : throw new InputException(
                location,
                $"the environment variable {settings.Variable} holds characters that no key has, such as spaces or line breaks",
                "Set it to the key alone");
    }

    public ValueTask SignAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (_settings.Header == KeyAuthentication.BearerHeader)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _key);
        }
        else
        {
            request.Headers.Add(_settings.Header, _key);
        }

        return ValueTask.CompletedTask;
    }

    public void Forget(HttpRequestMessage refused)
    {
        // A process keeps its environment: the next request would have the same key.
    }

    public bool IsIn(string text) => text.Contains(_key, StringComparison.Ordinal);
}
