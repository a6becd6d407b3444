using System.Collections.Immutable;
using MedQA.Endpoints.Settings;
using MedQA.Evaluation;
using MedQA.Evaluation.LanguageModels;
using MedQA.Functions.Hosting;
using MedQA.Pipeline;
using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Budgeting;
using MedQA.Pipeline.Notifying;
using MedQA.Pipeline.Profiles;
using MedQA.Pipeline.Splitting;
using MedQA.Web.Access;

namespace MedQA.Functions.Settings;

/// <summary>The control app's settings.</summary>
internal sealed record ControlSettings
{
    /// <summary>
    /// The pipeline's. The app itself has no model: the deployment names the workers' here and bakes it into the workers.
    /// </summary>
    public required PipelineOptions Pipeline { get; init; }

    /// <summary>The access options.</summary>
    public required AccessOptions Access { get; init; }

    /// <summary>Reads them.</summary>
    /// <param name="settings">The app's settings.</param>
    /// <param name="emulator">Whether the storage is an emulator on this machine.</param>
    /// <exception cref="InputException">A setting is missing or cannot be used.</exception>
    public static ControlSettings Read(AppSettings settings, bool emulator)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var usual = new SplitOptions();
        var mode = settings.FindName<AccessMode>("Access__Mode")
            ?? throw AppSettings.Fault("Access__Mode", "is missing; set it to EntraId, Keys or Anyone: who may call the API.");
        if (mode == AccessMode.Anyone && !emulator)
        {
            throw AppSettings.Fault("Access__Mode", "can be Anyone only if MedQAData is an emulator on this machine.");
        }

        var rate = settings.Find<double>("Split__TokensPerSecond", "a number of tokens") ?? usual.TokensPerSecond;
        return new ControlSettings
        {
            Pipeline = new PipelineOptions
            {
                Model = ReadModel(settings),
                Split = usual with
                {
                    DefaultProfile = settings.Find("Split__DefaultProfile") ?? usual.DefaultProfile,
                    TokensPerSecond = rate,
                    BatchSize = settings.Find<int>("Split__BatchSize", "a number of questions"),
                },
                Advance = new AdvanceOptions
                {
                    MaxQuestions = settings.Find<int>("Limits__MaxQuestions", "a number of questions"),
                    MaxGeneratedTokens = settings.Find<long>("Limits__MaxGeneratedTokens", "a number of tokens"),
                    MaxComputeHours = settings.Find<double>("Limits__MaxComputeHours", "a number of hours"),
                    MaxCost = settings.Find<decimal>("Limits__MaxCost", "an amount"),
                },
                Budget = new DayBudget
                {
                    MaxGeneratedTokensPerDay = settings.Find<long>("Limits__MaxGeneratedTokensPerDay", "a number of tokens"),
                    MaxComputeHoursPerDay = settings.Find<double>("Limits__MaxComputeHoursPerDay", "a number of hours"),
                    MaxGeneratedTokensPerCallerPerDay = settings.Find<long>(
                        "Limits__MaxGeneratedTokensPerCallerPerDay", "a number of tokens"),
                    MaxComputeHoursPerCallerPerDay = settings.Find<double>("Limits__MaxComputeHoursPerCallerPerDay", "a number of hours"),
                    TokensPerSecond = rate,
                },
                Notices = ReadNotices(settings),
                Retention = new RetentionOptions
                {
                    RunDays = settings.Find<int>("Retention__RunDays", "a number of days"),
                    UploadDays = settings.Find<int>("Retention__UploadDays", "a number of days"),
                },
                Profiles = new ProfileFolder(settings.Find("ProfilesFolder")),
            },
            Access = new AccessOptions
            {
                Mode = mode,
                ReaderKey = settings.Find("Access__ReaderKey"),
                RunnerKey = settings.Find("Access__RunnerKey"),
                AdminKey = settings.Find("Access__AdminKey"),
                HostName = settings.Find("WEBSITE_HOSTNAME"),
            },
        };
    }

    private static NoticeOptions ReadNotices(AppSettings settings)
    {
        var notices = new NoticeOptions
        {
            Setting = "Notices__Addresses",
            Addresses = Read("Notices__Addresses", settings.Find("Notices__Addresses"), NoticeOptions.ReadAddresses),
            Secrets = Read("Notices__Secret", settings.Find("Notices__Secret"), NoticeOptions.ReadSecrets),
            Service = settings.Find("WEBSITE_HOSTNAME") is { } host
                && Uri.TryCreate($"https://{host}/", UriKind.Absolute, out var service) ? service : null,
        };
        return notices.Addresses.IsEmpty || !notices.Secrets.IsEmpty
            ? notices
            : throw AppSettings.Fault(
                "Notices__Secret",
                "is missing; set it to whsec_ and the output of `openssl rand -base64 32`, by which receivers know that a notice is "
                    + "genuine.");

        static ImmutableArray<T> Read<T>(string setting, string? text, Func<string, ImmutableArray<T>> read)
        {
            try
            {
                return text is null ? [] : read(text);
            }
            catch (FormatException exception)
            {
                throw AppSettings.Fault(setting, exception.Message, exception);
            }
        }
    }

    private static ModelDescription ReadModel(AppSettings settings)
    {
        // The control app has the same folder as the workers: where questions go is the operator's choice, never an upload's.
        if (settings.Find("Model__Folder") is { } folder)
        {
            var found = AppFolder.Find(folder);
            return found is not null && EndpointFile.Exists(found)
                ? EndpointFile.Read(found).Describe()
                : throw AppSettings.Fault(
                    "Model__Folder",
                    $"is '{folder}', in which there is no {EndpointFile.FileName}; for other models use Model__Name, Model__Fingerprint "
                        + "and what `medqa models describe` prints besides.");
        }

        const string Source = "which `medqa models describe` prints and the inference app logs";
        var fingerprint = settings.Get("Model__Fingerprint", $"the fingerprint of the workers' model, {Source}");
        if (fingerprint.Length != 64 || !fingerprint.All(static digit => digit is (>= '0' and <= '9') or (>= 'a' and <= 'f')))
        {
            throw AppSettings.Fault("Model__Fingerprint", $"is '{fingerprint}', but must have 64 digits from 0 to 9 and a to f, {Source}.");
        }

        var context = settings.Find<int>("Model__ContextLength", "a number of tokens")
            ?? throw AppSettings.Fault("Model__ContextLength", $"is missing; set it to the context length of the model, {Source}.");
        return new ModelDescription
        {
            Name = settings.Get("Model__Name", "the display name of the workers' model"),
            Fingerprint = fingerprint,
            ContextLength = context > 0
                ? context
                : throw AppSettings.Fault("Model__ContextLength", $"is {context}: it must be more than 0."),
            HasChatTemplate = settings.Find<bool>("Model__HasChatTemplate", "true or false")
                ?? throw AppSettings.Fault(
                    "Model__HasChatTemplate", $"is missing: it says whether the model has a chat template, {Source}."),
            GivesEmbeddings = settings.Find<bool>("Model__GivesEmbeddings", "true or false") ?? false,

            Facts = ReadFacts(settings),

            // The engine is specific to each worker and recorded with each answer.
            EngineFingerprint = "",
        };
    }

    private static ModelFacts? ReadFacts(AppSettings settings)
    {
        var (all, active) = (Count("Model__Parameters"), Count("Model__ActiveParameters"));
        return active is not null && !(active <= all)
            ? throw AppSettings.Fault("Model__ActiveParameters", "is more than Model__Parameters, which must be there too.")
            : ModelFacts.OrNull(new()
            {
                Parameters = all,
                ActiveParameters = active,
                Family = settings.Find("Model__Family"),
                Stated = all is not null,
            });

        long? Count(string name) => settings.Find(name) is not { } text ? null
            : ParameterCount.Find(text)
                ?? throw AppSettings.Fault(name, $"is '{text}', but must be {ParameterCount.Forms}.");
    }
}
