// The path of a mark certificate from any octets: as DER of a certificate, as the logotype extension, as the
// address of an embedded logo and as PEM.
#include "auth/logotype.h"
#include "auth/mark_certificate.h"

#include <cstdint>
#include <cstdlib>

using namespace waypost::auth;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, size_t size) {
    const std::string bytes(reinterpret_cast<const char*>(data), size);
    MarkQuestion question;
    question.domain = question.organisation = "example.org";
    question.selector = "default";
    question.now = {1'770'000'000'000};
    for (const MarkCertificate& c : {checkMarkDer({bytes}, question), checkMarkPem(bytes, question)}) {
        if (c.certificates > maxMarkChain) std::abort();
        if (c.certificates == 0 && c.problems.empty()) std::abort();
        if (c.issuerState == waypost::auth::MarkIssuer::Known) std::abort(); // no root was given
    }
    if (const auto images = parseLogotype(bytes)) {
        if (images->size() > maxLogotypeImages) std::abort();
        for (const auto& image : *images)
            for (const auto& uri : image.uris) {
                const EmbeddedLogo logo = embeddedLogo(uri);
                if (logo.problem.empty() == logo.svg.empty()) std::abort();
                if (logo.svg.size() > 2 * maxEmbeddedLogo) std::abort();
            }
    }
    return 0;
}
